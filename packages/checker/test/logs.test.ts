import { describe, expect, test } from 'vitest';
import { checkLog, MalformedLog, parseRegisterLog, parseTextMapLog } from '../src/index.ts';

const registerLog = (...lines: readonly string[]): string =>
  lines.map((line) => `INFO  jepsen.util - ${line}\n`).join('');

/** The line and the reason of what is wrong with a log. */
function faultOf(text: string): string | null {
  try {
    checkLog(text);
    return null;
  } catch (error) {
    if (error instanceof MalformedLog) return `${error.line}: ${error.message}`;
    throw error;
  }
}

describe('a log of a register', () => {
  test('tells of calls and returns, by line', () => {
    const log = registerLog(
      '0\t:invoke\t:write\t3',
      '1\t:invoke\t:read\tnil',
      '0\t:ok\t:write\t3',
      '1\t:ok\t:read\t3',
      '2\t:invoke\t:cas\t[3 4]',
      '2\t:ok\t:cas\t[3 4]',
    );
    expect(parseRegisterLog(log)).toEqual([
      {
        ...{ process: '0', key: '', calledAt: 1, returnedAt: 3 },
        operation: { kind: 'write', value: 3 },
        outcome: { kind: 'done' },
      },
      {
        ...{ process: '1', key: '', calledAt: 2, returnedAt: 4 },
        operation: { kind: 'read' },
        outcome: { kind: 'value', value: 3 },
      },
      {
        ...{ process: '2', key: '', calledAt: 5, returnedAt: 6 },
        operation: { kind: 'compareAndSet', expected: 3, value: 4 },
        outcome: { kind: 'done' },
      },
    ]);
  });

  test('knows what was refused, what was not made, and what nobody knows', () => {
    const log = registerLog(
      '0\t:invoke\t:cas\t[1 2]',
      '0\t:fail\t:cas\t[1 2]',
      '0\t:invoke\t:cas\t[1 2]',
      '0\t:fail\t:cas\t:timed-out',
      '0\t:invoke\t:read\tnil',
      '0\t:fail\t:read\t:timed-out',
      '0\t:invoke\t:write\t7',
      '0\t:fail\t:write\t7',
      '0\t:invoke\t:write\t8',
      '0\t:info\t:write\t:timed-out',
      '5\t:invoke\t:write\t9',
    );
    expect(parseRegisterLog(log).map(({ operation, outcome, returnedAt }) => [operation, outcome, returnedAt])).toEqual(
      [
        [{ kind: 'compareAndSet', expected: 1, value: 2 }, { kind: 'refused' }, 2],
        [{ kind: 'write', value: 8 }, null, null],
        [{ kind: 'write', value: 9 }, null, null],
      ],
    );
  });

  test.each([
    ['ends of lines of Windows', registerLog('0 :invoke :read nil', '0 :ok :read nil').replaceAll('\n', '\r\n')],
    ['blanks and empty lines', `\n${registerLog('0   :invoke  :read\tnil ', '0 :ok :read nil')}\n\n`],
    ['no end of the last line', registerLog('0 :invoke :read nil', '0 :ok :read nil').trimEnd()],
    [
      'other loggers, a nemesis, times and threads',
      'INFO  jepsen.core - Worker 0 starting\n' +
        '2014-05-26 10:20:30,123 INFO  jepsen.util - :nemesis\t:info\t:start\t"cut off"\n' +
        'INFO [worker 0] jepsen.util - 0\t:invoke\t:read\tnil\n' +
        'WARN  jepsen.client -\n' +
        '2014-05-26T10:20:31.123Z INFO  jepsen.util - 0\t:ok\t:read\tnil\n',
    ],
  ])('may have %s', (_, log) => {
    expect(parseRegisterLog(log)).toHaveLength(1);
  });

  test.each([
    ['', '1: this is empty'],
    ['# comment\n', '1: this is no line of a log'],
    ['INFO  jepsen.core - nothing\n', '1: there is no operation in this'],
    [registerLog('0 :invoke :read nil', 'x'), '2: this is no operation'],
    [registerLog('0 :invoke :read nil', '0 :begin :read nil'), '2: this is no operation'],
    [registerLog('0 :invoke :read 3'), '1: a read is called with nil'],
    [registerLog('0 :invoke :write'), '1: the value is missing'],
    [registerLog('0 :invoke :write [1 2]'), '1: [1 2] is no value'],
    [registerLog('0 :invoke :write 99999999999999999999'), '1: 99999999999999999999 is too large'],
    [registerLog('0 :invoke :cas [1]'), '1: a compare-and-set needs two values in brackets'],
    [registerLog('0 :invoke :increment 1'), '1: a register knows no increment'],
    [registerLog('0 :ok :read 3'), '1: process 0 has called nothing that could end'],
    [
      registerLog('0 :invoke :read nil', '0 :invoke :read nil'),
      '2: process 0 has not returned from its call in line 1',
    ],
    [registerLog('0 :invoke :read nil', '0 :ok :write 3'), '2: process 0 did not call write in line 1'],
    [registerLog('0 :invoke :read nil', '0 :ok :read'), '2: the value is missing'],
    [registerLog('0 :invoke :read nil', '0 :ok :read 3 4'), '2: 3 4 is no value'],
    [registerLog('0 :invoke :write 3', '0 :ok :write 4'), '2: this is not the value that it was called with'],
    [registerLog('0 :invoke :cas [3 4]', '0 :fail :cas [3 5]'), '2: this is not the value that it was called with'],
  ])('%j is malformed', (log, fault) => {
    expect(faultOf(`${log}\n`)).toBe(fault);
  });
});

describe('a log of a map of texts', () => {
  test('tells of calls and returns, by line', () => {
    const log = `{:process 0, :type :invoke, :f :append, :key "7", :value "x \\"y\\" \\\\"}
{:process 1, :type :invoke, :f :get, :key "7", :value nil}
{:process 1, :type :ok, :f :get, :key "7", :value ""}
{:process 0, :type :ok, :f :append, :key "7", :value "x \\"y\\" \\\\"}
`;
    expect(parseTextMapLog(log)).toEqual([
      {
        ...{ process: '1', key: '7', calledAt: 2, returnedAt: 3 },
        operation: { kind: 'get' },
        outcome: { kind: 'value', value: '' },
      },
      {
        ...{ process: '0', key: '7', calledAt: 1, returnedAt: 4 },
        operation: { kind: 'append', value: 'x "y" \\' },
        outcome: { kind: 'done' },
      },
    ]);
  });

  test.each([
    [
      'fields in another order, without commas, and more of them',
      '{:f :put :value "v" :key 1 :time 12.5 :type TYPE :process 3}',
    ],
    ['ends of lines of Windows', '{:process 0, :type TYPE, :f :put, :key "k", :value "v"}\r'],
    ['a value that is a name', '{:process 0, :type TYPE, :f :put, :key "k", :value "v", :error :none}'],
  ])('may have %s', (_, line) => {
    const log = `${line.replace('TYPE', ':invoke')}\n\n${line.replace('TYPE', ':ok')}\n`;
    expect(parseTextMapLog(log)).toHaveLength(1);
  });

  test('knows what was not made and what nobody knows', () => {
    const log = `{:process 0 :type :invoke :f :put :key "k" :value "a"}
{:process 0 :type :fail :f :put :key "k" :value "a"}
{:process 0 :type :invoke :f :put :key "k" :value "b"}
{:process 0 :type :info :f :put :key "k" :value :timed-out}
{:process :nemesis :type :info :f :start :value nil}
{:process 1 :type :invoke :f :put :key "k" :value "c"}`;
    expect(parseTextMapLog(log).map(({ operation, outcome }) => [operation, outcome])).toEqual([
      [{ kind: 'put', value: 'b' }, null],
      [{ kind: 'put', value: 'c' }, null],
    ]);
  });

  test.each([
    ['{', '1: this is no map with a value for each key'],
    ['{:process 0, :type :invoke, :f :get, :key "1", :val', '1: this is no map with a value for each key'],
    ['{:process 0, :process 0}', '1: this is no map with a value for each key'],
    ['{:type :invoke, :f :get, :key "1", :value nil}', '1: the process is missing'],
    ['{:process 0, :type :invoke, :f :get, :value nil}', '1: the key is missing'],
    ['{:process 0, :type :invoke, :f :get, :key "1", :value "x"}', '1: a get is called with nil'],
    ['{:process 0, :type :invoke, :f :put, :key "1", :value nil}', '1: the value is no text'],
    ['{:process 0, :type :invoke, :f :remove, :key "1", :value nil}', '1: a map knows no remove'],
    ['{:process 0, :type :ok, :f :get, :key "1", :value ""}', '1: process 0 has called nothing that could end'],
  ])('%j is malformed', (log, fault) => {
    expect(faultOf(`${log}\n`)).toBe(fault);
  });

  const invoked = '{:process 0, :type :invoke, :f :put, :key "1", :value "x"}\n';
  test.each([
    ['{:process 0, :type :ok, :f :put, :key "2", :value "x"}', '2: this is not what process 0 called in line 1'],
    ['{:process 0, :type :ok, :f :append, :key "1", :value "x"}', '2: this is not what process 0 called in line 1'],
    ['{:process 0, :type :ok, :f :put, :key "1", :value "y"}', '2: this is not the value that it was called with'],
    ['{:process 0, :type :done, :f :put, :key "1", :value "x"}', '2: the type is none of invoke, ok, fail and info'],
    ['INFO  jepsen.util - 0 :invoke :read nil', '2: this is no map with a value for each key'],
  ])('%j is malformed where a put should end', (line, fault) => {
    expect(faultOf(`${invoked}${line}\n`)).toBe(fault);
  });
});
