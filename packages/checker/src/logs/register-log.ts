import type { History } from '../history.ts';
import type { RegisterOperation, RegisterOutcome, RegisterValue } from '../models/register.ts';
import { forEachLine } from './log-lines.ts';
import { type LoggedEnd, LogRecorder } from './log-recorder.ts';
import { MalformedLog } from './malformed-log.ts';

/** A line of a log: maybe a time, a level, maybe a thread, who logged it, and what. */
const logLine =
  /^(?:\d[\d:.,TZ-]*\s+)*(?:TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s+(?:\[[^\]]*\]\s+)?(\S+)\s+-(?:\s+(.*))?$/;
/** What says that an operation began or ended. */
const operationLine = /^(\d+|:[\w-]+)\s+:(invoke|ok|fail|info)\s+:([\w-]+)(?:\s+(.*))?$/;
const scalar = /^(?:nil|-?\d+|"(?:[^"\\]|\\.)*")$/;
const pair = /^\[\s*(nil|-?\d+|"(?:[^"\\]|\\.)*")[\s,]+(nil|-?\d+|"(?:[^"\\]|\\.)*")\s*\]$/;

/** What one line says of an operation. */
interface OperationLine {
  readonly line: number;
  readonly process: string;
  readonly type: string;
  readonly name: string;
  /** All that follows. */
  readonly rest: string;
}

/**
 * Reads a log of Jepsen's, in which several processes read, write and compare-and-set one register: `:invoke` and `:ok` bracket
 * what was done, `:fail` ends what was not, and `:info` what nobody knows of. A failed compare-and-set that names its values
 * found another value. What others than its `jepsen.util` logged is left aside, and so is its nemesis.
 * @throws {MalformedLog}
 */
export function parseRegisterLog(text: string): History<RegisterOperation, RegisterOutcome> {
  const recorder = new LogRecorder<RegisterOperation, RegisterOutcome>();
  forEachLine(text, (content, line) => {
    const said = parseLine(content, line);
    if (said !== null) record(recorder, said);
  });
  return recorder.history();
}

function parseLine(content: string, line: number): OperationLine | null {
  if (content === '') return null;
  const logged = logLine.exec(content);
  if (logged === null) throw new MalformedLog(line, 'this is no line of a log');
  if (logged[1] !== 'jepsen.util') return null;
  const [, process = '', type = '', name = '', rest = ''] = operationLine.exec(logged[2] ?? '') ?? [];
  if (process === '') throw new MalformedLog(line, 'this is no operation');
  return process.startsWith(':') ? null : { line, process, type, name, rest };
}

function record(recorder: LogRecorder<RegisterOperation, RegisterOutcome>, said: OperationLine): void {
  const { line, process, type, name, rest } = said;
  if (rest === '') throw new MalformedLog(line, 'the value is missing');
  if (type === 'invoke') {
    recorder.call({ line, process, key: '', operation: parseOperation(said) });
    return;
  }
  const called = recorder.callOf(process, line);
  if (namesOf[called.operation.kind] !== name) {
    throw new MalformedLog(line, `process ${process} did not call ${name} in line ${called.line}`);
  }
  recorder.end(called, line, parseEnd(said, called.operation));
}

const namesOf = { read: 'read', write: 'write', compareAndSet: 'cas' } as const;

function parseOperation({ line, name, rest }: OperationLine): RegisterOperation {
  if (name === 'read') {
    if (rest !== 'nil') throw new MalformedLog(line, 'a read is called with nil');
    return { kind: 'read' };
  }
  if (name === 'write') return { kind: 'write', value: parseValue(rest, line) };
  if (name !== 'cas') throw new MalformedLog(line, `a register knows no ${name}`);
  const values = pair.exec(rest);
  if (values === null) throw new MalformedLog(line, 'a compare-and-set needs two values in brackets');
  return {
    kind: 'compareAndSet',
    expected: parseValue(values[1] ?? '', line),
    value: parseValue(values[2] ?? '', line),
  };
}

function parseEnd(said: OperationLine, operation: RegisterOperation): LoggedEnd<RegisterOutcome> {
  const { line, type, rest } = said;
  if (type === 'info') return { kind: 'unknown' };
  const isRefused = type === 'fail' && operation.kind === 'compareAndSet' && pair.test(rest);
  if (type === 'fail' && !isRefused) return { kind: 'notMade' };
  if (operation.kind === 'read') {
    return { kind: 'returned', outcome: { kind: 'value', value: parseValue(rest, line) } };
  }
  if (JSON.stringify(parseOperation(said)) !== JSON.stringify(operation)) {
    throw new MalformedLog(line, 'this is not the value that it was called with');
  }
  return { kind: 'returned', outcome: { kind: isRefused ? 'refused' : 'done' } };
}

function parseValue(text: string, line: number): RegisterValue {
  if (!scalar.test(text)) throw new MalformedLog(line, `${text} is no value`);
  if (text === 'nil') return null;
  if (text.startsWith('"')) return text;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new MalformedLog(line, `${text} is too large`);
  return value;
}
