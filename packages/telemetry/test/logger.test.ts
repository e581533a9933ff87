import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { logs } from '@opentelemetry/api-logs';
import { expect, onTestFinished, test } from 'vitest';
import { createLoggers } from '../src/logger.ts';

const identity = { cluster: 'main', group: 'config', node: 'n1' };

test('every line bears who it is of, and the term of that moment, unless it names one itself', () => {
  const lines: string[] = [];
  let currentTerm = 7;
  const destination = { write: (line: string) => void lines.push(line) };
  const loggerOf = createLoggers(identity, { level: 'info', currentTerm: () => currentTerm, destination });
  loggerOf('leader').warn('a member is offline', { member: 'n2' });
  currentTerm = 8;
  loggerOf('applier').info('snapshot taken');
  loggerOf('election').error('became leader', { term: 9 });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { ...identity, level: 40, actor: 'leader', term: 7, member: 'n2', msg: 'a member is offline' },
    { ...identity, level: 30, actor: 'applier', term: 8 },
    { ...identity, level: 50, actor: 'election', term: 9 },
  ]);
});

test('lines are handed to OpenTelemetry as well, if that is asked for, as far as the level lets them through', () => {
  const emitted: unknown[] = [];
  logs.setGlobalLoggerProvider({ getLogger: () => ({ emit: (line) => void emitted.push(line), enabled: () => true }) });
  onTestFinished(() => logs.disable());
  const options = { level: 'warn', currentTerm: () => 7, destination: { write: () => {} } };
  const asOtlp = createLoggers(identity, { ...options, asOtlp: true })('leader');
  asOtlp.info('a member is back');
  asOtlp.warn('a member is offline', { member: 'n2', stage: null });
  createLoggers(identity, options)('leader').warn('a member is offline');
  expect(emitted).toEqual([
    {
      severityNumber: 13,
      severityText: 'WARN',
      timestamp: expect.any(Number),
      body: 'a member is offline',
      attributes: { ...identity, actor: 'leader', term: 7, member: 'n2' },
    },
  ]);
});

test('a log that cannot be written does not throw at whoever logs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = `
    import { createLoggers } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const options = { level: 'info', currentTerm: () => 1 };
    const logger = createLoggers(${JSON.stringify(identity)}, options)('node');
    for (let line = 0; line < 100; line += 1) logger.info('a line');
    process.stderr.write('went on');
  `;
  const script = `ulimit -f 0; exec "$0" --input-type=module -e "$1" > '${join(folder, 'log')}'`;
  const child = spawn('sh', ['-c', script, process.execPath, program]);
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect({ said, exitCode }).toEqual({ said: 'went on', exitCode: 0 });
});
