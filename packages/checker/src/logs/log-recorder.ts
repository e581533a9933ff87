import type { History, HistoryOperation } from '../history.ts';
import { MalformedLog } from './malformed-log.ts';

/** A call that a log has told of. */
export interface LoggedCall<Operation> {
  readonly line: number;
  readonly process: string;
  readonly key: string;
  readonly operation: Operation;
}

/** What a log says at the end of a call: what became of it, that it is not known, or that it did not happen. */
export type LoggedEnd<Outcome> =
  | { readonly kind: 'returned'; readonly outcome: Outcome }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'notMade' };

/** Makes a history of the lines of a log. Its times are the numbers of the lines. */
export class LogRecorder<Operation, Outcome> {
  readonly #open = new Map<string, LoggedCall<Operation>>();
  readonly #ended: HistoryOperation<Operation, Outcome>[] = [];
  #isEmpty = true;

  /** @throws {MalformedLog} if the process waits for another call */
  call(called: LoggedCall<Operation>): void {
    const earlier = this.#open.get(called.process);
    if (earlier !== undefined) {
      const open = `process ${called.process} has not returned from its call in line ${earlier.line}`;
      throw new MalformedLog(called.line, open);
    }
    this.#open.set(called.process, called);
    this.#isEmpty = false;
  }

  /** What the process waits for. @throws {MalformedLog} if it waits for nothing */
  callOf(process: string, line: number): LoggedCall<Operation> {
    const called = this.#open.get(process);
    if (called === undefined) throw new MalformedLog(line, `process ${process} has called nothing that could end`);
    return called;
  }

  end({ process, key, line: calledAt, operation }: LoggedCall<Operation>, line: number, end: LoggedEnd<Outcome>): void {
    this.#open.delete(process);
    if (end.kind === 'notMade') return;
    const outcome = end.kind === 'returned' ? end.outcome : null;
    this.#ended.push({ process, key, calledAt, returnedAt: outcome === null ? null : line, operation, outcome });
  }

  /** What may have been made. Of calls that are still open the outcome is unknown. @throws {MalformedLog} if there was no call */
  history(): History<Operation, Outcome> {
    if (this.#isEmpty) throw new MalformedLog(1, 'there is no operation in this');
    for (const called of this.#open.values()) this.end(called, called.line, { kind: 'unknown' });
    return this.#ended;
  }
}
