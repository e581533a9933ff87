import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';

test('a log that cannot be written does not throw at whoever logs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-log-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const program = `
    import { createLoggers } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const logger = createLoggers({ cluster: 'main', group: 'config', node: 'n1' }, { level: 'info' })('node');
    for (let line = 0; line < 100; line += 1) logger.info('a line');
    process.stderr.write('went on');
  `;
  const script = `ulimit -f 0; exec "$0" --input-type=module -e "$1" > '${join(folder, 'log')}'`;
  const child = spawn('sh', ['-c', script, process.execPath, program]);
  const [said, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect({ said, exitCode }).toEqual({ said: 'went on', exitCode: 0 });
});
