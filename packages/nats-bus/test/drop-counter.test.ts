import { type LogFields, silentPorts } from '@quorate/raft';
import { expect, test } from 'vitest';
import { DropCounter } from '../src/drop-counter.ts';

test('the log names the subject, so that it can do no harm to a terminal or a disk', () => {
  const logged: LogFields[] = [];
  const logger = { ...silentPorts.logger, warn: (_: string, fields: LogFields = {}) => void logged.push(fields) };
  const drops = new DropCounter(logger, () => 0);
  drops.drop('wrongSubject', 'quorate.main.peer.\u001b[2J\u00e9.n1');
  drops.drop('wrongShape', 'a'.repeat(60_000));
  expect(logged).toEqual([
    { reason: 'wrongSubject', subject: 'quorate.main.peer.?[2J?.n1', count: 1 },
    { reason: 'wrongShape', subject: 'a'.repeat(200), count: 1 },
  ]);
});
