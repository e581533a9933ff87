import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandResult, quorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-schemas-'));
  up = await startUp(['--data', join(folder, 'data'), '--nodes', '1']);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CommandResult> => quorate(args, { env: { QUORATE_NATS: up.url() } });

test('quorate schema sets, lists, shows and deletes, and what does not match is refused with where and why', async () => {
  const file = join(folder, 'db.yaml');
  await writeFile(file, 'type: object\nrequired: [url]\nproperties: { pool: { type: integer } }\n');
  await run('put', '/db/main', '{"url":"x","pool":"ten"}');
  expect(await run('schema', 'set', '/db/', file)).toMatchObject({
    exitCode: 1,
    stderr: 'quorate: keys below "/db/" do not match: "/db/main": /pool must be integer (KeysDoNotMatch)\n',
  });
  await run('put', '/db/main', '{"url":"x","pool":10}');
  expect(await run('schema', 'set', '/db/', file)).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^quorate: the schema holds since entry \d+\n$/),
  });
  expect(await run('put', '/db/other', '{"pool":5}')).toMatchObject({
    exitCode: 1,
    stderr:
      'quorate: "/db/other" does not match the schema of "/db/": the value must have required property \'url\' (SchemaViolation)\n',
  });
  expect(await run('put', '/db/other', '{"url":"y"}')).toMatchObject({ exitCode: 0 });
  expect((await run('schema')).stdout).toMatch(/^PREFIX {2}SET BY ENTRY {2}BYTES\n\/db\/ +\d+ +\d+\n$/);
  expect(JSON.parse((await run('schema', 'get', '/db/')).stdout)).toMatchObject({ required: ['url'] });
  expect((await run('schema', 'delete', '/db/')).stderr).toBe('quorate: the schema is gone\n');
  expect(await run('schema', 'get', '/db/')).toMatchObject({
    exitCode: 1,
    stderr: 'quorate: there is no schema of "/db/"\n',
  });
  expect(await run('put', '/db/other', 'anything')).toMatchObject({ exitCode: 0 });
});
