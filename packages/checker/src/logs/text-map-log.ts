import type { History } from '../history.ts';
import type { TextMapOperation, TextMapOutcome } from '../models/text-map.ts';
import { type EdnScalar, parseEdnMap } from './edn.ts';
import { forEachLine } from './log-lines.ts';
import { type LoggedEnd, LogRecorder } from './log-recorder.ts';
import { MalformedLog } from './malformed-log.ts';

type Fields = ReadonlyMap<string, EdnScalar>;

/**
 * Reads a log of a map of texts: a line for each call and each return, such as
 * `{:process 0, :type :invoke, :f :append, :key "7", :value "x"}`. Types are those of Jepsen: see `parseRegisterLog`.
 * @throws {MalformedLog}
 */
export function parseTextMapLog(text: string): History<TextMapOperation, TextMapOutcome> {
  const recorder = new LogRecorder<TextMapOperation, TextMapOutcome>();
  forEachLine(text, (content, line) => {
    if (content !== '') record(recorder, content, line);
  });
  return recorder.history();
}

function record(recorder: LogRecorder<TextMapOperation, TextMapOutcome>, content: string, line: number): void {
  const fields = parseEdnMap(content);
  if (fields === null) throw new MalformedLog(line, 'this is no map with a value for each key');
  const by = fields.get('process');
  if (keywordOf(by) === 'nemesis') return;
  if (typeof by !== 'number') throw new MalformedLog(line, 'the process is missing');
  const process = String(by);
  const type = keywordOf(fields.get('type'));
  const key = parseKey(fields.get('key'), line);
  if (type === 'invoke') {
    recorder.call({ line, process, key, operation: parseOperation(fields, line) });
    return;
  }
  const called = recorder.callOf(process, line);
  if (called.operation.kind !== keywordOf(fields.get('f')) || called.key !== key) {
    throw new MalformedLog(line, `this is not what process ${process} called in line ${called.line}`);
  }
  recorder.end(called, line, parseEnd(fields, line, called.operation));
}

function parseOperation(fields: Fields, line: number): TextMapOperation {
  const kind = keywordOf(fields.get('f'));
  const value = fields.get('value');
  if (kind === 'get') {
    if (value !== null) throw new MalformedLog(line, 'a get is called with nil');
    return { kind };
  }
  if (kind !== 'put' && kind !== 'append') throw new MalformedLog(line, `a map knows no ${kind ?? 'such function'}`);
  if (typeof value !== 'string') throw new MalformedLog(line, 'the value is no text');
  return { kind, value };
}

function parseEnd(fields: Fields, line: number, operation: TextMapOperation): LoggedEnd<TextMapOutcome> {
  const type = keywordOf(fields.get('type'));
  if (type === 'info') return { kind: 'unknown' };
  if (type === 'fail') return { kind: 'notMade' };
  if (type !== 'ok') throw new MalformedLog(line, 'the type is none of invoke, ok, fail and info');
  const value = fields.get('value');
  if (operation.kind === 'get') {
    if (typeof value !== 'string' && value !== null) throw new MalformedLog(line, 'the value is no text');
    return { kind: 'returned', outcome: { kind: 'value', value: value ?? '' } };
  }
  if (value !== operation.value) throw new MalformedLog(line, 'this is not the value that it was called with');
  return { kind: 'returned', outcome: { kind: 'done' } };
}

function parseKey(key: EdnScalar | undefined, line: number): string {
  if (typeof key === 'string' || typeof key === 'number') return String(key);
  throw new MalformedLog(line, 'the key is missing');
}

const keywordOf = (value: EdnScalar | undefined): string | null =>
  typeof value === 'object' && value !== null ? value.keyword : null;
