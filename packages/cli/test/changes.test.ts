import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Entry, type Store } from '@quorate/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandOptions, type CommandResult, quorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-changes-'));
  up = await startUp(['--data', join(folder, 'data'), '--nodes', '1']);
  store = await connect({ servers: up.url() });
});
afterAll(async () => {
  await store?.close();
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options?: CommandOptions): Promise<CommandResult> =>
  quorate([...args, '--nats', up.url()], options);

const put = async (key: string, value: string | Uint8Array, contentType?: string): Promise<string> =>
  String((await store.put(key, value, contentType === undefined ? {} : { contentType })).revision);

const textAt = async (key: string): Promise<string | null> => {
  const entry = await store.get(key);
  return entry === null ? null : Buffer.from(entry.value).toString();
};

const entriesOf = async (prefix: string): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  for await (const entry of store.list({ prefix })) entries.push(entry);
  return entries;
};

const keysOf = async (prefix: string): Promise<readonly string[]> => (await entriesOf(prefix)).map(({ key }) => key);

describe('diff', () => {
  let first: string;
  let second: string;
  beforeAll(async () => {
    first = await put('/diff/a', 'one\ntwo\nthree\n');
    second = await put('/diff/a', 'one\n2\nthree\n');
    await put('/diff/a', 'one\n2\n3\n');
  });

  test('shows what has changed between two revisions, as unified diffs have it', async () => {
    const { exitCode, stdout, stderr } = await run(['diff', '/diff/a', first, second]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(
      `--- /diff/a (revision ${first})\n+++ /diff/a (revision ${second})\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n`,
    );
  });

  test('tells of a line end at the end where it is a difference', async () => {
    const without = await put('/diff/end', 'a');
    const other = await put('/diff/end', 'b');
    const withEnd = await put('/diff/end', 'b\n');
    expect((await run(['diff', '/diff/end', without, other])).stdout).toMatch(/\n-a\n\+b\n$/);
    expect((await run(['diff', '/diff/end', other, withEnd])).stdout).toMatch(/\n-b\n\\ No newline.*\n\+b\n$/);
  });

  test('and since one, and tells by its exit code if it is asked to', async () => {
    const since = await run(['diff', '/diff/a', second, '--exit-code']);
    expect(since.stdout).toContain('\n-three\n+3\n');
    expect(since.exitCode).toBe(1);
    expect(await run(['diff', '/diff/a', first, first, '--exit-code'])).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('a key that did not exist, bytes that are no text, and what would speak to the terminal', async () => {
    const before = await put('/diff/other', 'x');
    await put('/diff/b', Uint8Array.of(0xff, 0xfe));
    expect((await run(['diff', '/diff/b', before])).stdout).toMatch(
      /^--- nothing\n.*\nvalues that are no text: nothing → 2 bytes\n$/,
    );
    await put('/diff/c', '\u001b[2J\n');
    expect((await run(['diff', '/diff/c', before])).stdout).toContain('\n+\\u{1b}[2J\n');
  });

  test('a revision that is not there yet', async () => {
    expect(await run(['diff', '/diff/a', '1', '999999'])).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('rollback', () => {
  test('shows the plan, and brings back what a prefix held, in one transaction', async () => {
    await put('/back/kept', 'k');
    await put('/back/changed', 'old');
    const then = await put('/back/deleted', 'd');
    await put('/back/changed', 'new');
    await put('/back/created', 'c');
    await store.delete('/back/deleted');
    const dry = await run(['rollback', '/back/', '--to', then, '--dry-run']);
    expect(dry.stderr).toBe('1 to create, 1 to change, 1 to delete\n');
    expect(dry.stdout).toContain('\n-new\n');
    expect(dry.stdout).toContain('\n+old\n');
    expect(await keysOf('/back/')).toEqual(['/back/changed', '/back/created', '/back/kept']);

    const done = await run(['rollback', '/back/', '--to', then, '--yes']);
    expect(done.exitCode).toBe(0);
    expect(await keysOf('/back/')).toEqual(['/back/changed', '/back/deleted', '/back/kept']);
    expect(await textAt('/back/changed')).toBe('old');
    const listed = await entriesOf('/back/');
    const revision = done.stdout.trim().split('\n').at(-1);
    expect(listed.filter(({ key }) => key !== '/back/kept').map(({ modRevision }) => String(modRevision))).toEqual([
      revision,
      revision,
    ]);
    expect(await run(['rollback', '/back/', '--to', then, '--yes'])).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'quorate: nothing has changed since\n',
    });
  });

  test('of one key leaves all others, also those that begin with it', async () => {
    const then = await put('/one', '1');
    await put('/one', '2');
    await put('/one-more', '2');
    expect(await run(['rollback', '/one', '--to', then, '--yes'])).toMatchObject({ exitCode: 0 });
    expect([await textAt('/one'), await textAt('/one-more')]).toEqual(['1', '2']);
  });

  test('writes nothing where nobody can be asked, nor what one transaction cannot hold', async () => {
    const then = await put('/ask', '1');
    await put('/ask', '2');
    expect(await run(['rollback', '/ask', '--to', then])).toMatchObject({ exitCode: 2 });
    expect(await textAt('/ask')).toBe('2');
    const path = join(folder, 'many.json');
    await writeFile(path, JSON.stringify(Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`k${at}`, at]))));
    await run(['import', path, '--prefix', '/many']);
    const many = await run(['rollback', '/many/', '--to', then, '--yes']);
    expect(many.exitCode).toBe(1);
    expect(many.stderr).toContain(
      '129 keys would change, and one transaction changes at most 128; nothing was written',
    );
    expect(await keysOf('/many/')).toHaveLength(129);
  });
});

describe('apply', () => {
  test('makes what a file says so, and writes again nothing that is so', async () => {
    const path = join(folder, 'apply.yaml');
    await writeFile(path, 'name: web\nport: 80\n');
    await put('/apply/name', 'web');
    await put('/apply/left', 'x');
    await put('/applyother', 'y');
    const before = await store.get('/apply/name');
    const dry = await run(['apply', path, '--prefix', '/apply', '--dry-run', '--exit-code']);
    expect(dry).toMatchObject({ exitCode: 1, stderr: '1 to create, 0 to change, 0 to delete\n' });
    expect(await textAt('/apply/port')).toBeNull();

    expect(await run(['apply', path, '--prefix', '/apply'])).toMatchObject({ exitCode: 0 });
    expect([await textAt('/apply/port'), await textAt('/apply/left')]).toEqual(['80', 'x']);
    expect(await store.get('/apply/name')).toEqual(before);
    const pruned = await run(['apply', path, '--prefix', '/apply', '--prune']);
    expect(pruned.stderr).toBe('0 to create, 0 to change, 1 to delete\n');
    expect(await keysOf('/apply')).toEqual(['/apply/name', '/apply/port', '/applyother']);
    expect(await run(['apply', path, '--prefix', '/apply', '--prune'])).toMatchObject({
      exitCode: 0,
      stderr: 'quorate: all is as it should be\n',
    });
  });

  test('keeps the type of what it changes', async () => {
    await put('/typed/v', '1', 'application/json');
    const path = join(folder, 'typed.json');
    await writeFile(path, '{"v": 2}');
    await run(['apply', path, '--prefix', '/typed']);
    expect(await textAt('/typed/v')).toBe('2');
    expect(await store.get('/typed/v')).toMatchObject({ contentType: 'application/json' });
  });

  test('a broken file is told of with line and column', async () => {
    const path = join(folder, 'broken.json');
    await writeFile(path, '{"a": 1,\n "b" 2}');
    const { exitCode, stderr } = await run(['apply', path, '--prefix', '/broken']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/broken\.json:2:6: /);
  });
});

describe('export', () => {
  const names = ['plain', 'with space', 'é/slash%2F', '__proto__', '10', 'line\nend'];

  test.each(['json', 'yaml'])('as %s, and imported again, gives the same keys and values', async (format) => {
    const source = join(folder, `source-${format}.json`);
    const values = Object.fromEntries(names.map((name, at) => [name.replace('\n', ''), `${at}\n "'\`#\\n $x`]));
    await writeFile(source, JSON.stringify({ deep: values, empty: '' }));
    await run(['import', source, '--prefix', `/from-${format}`]);
    const path = join(folder, `exported.${format}`);
    expect(await run(['export', `/from-${format}`, '--output', path])).toMatchObject({ exitCode: 0, stdout: '' });
    await run(['import', path, '--prefix', `/to-${format}`]);
    const listed = async (prefix: string): Promise<unknown> =>
      (await entriesOf(prefix)).map(({ key, value }) => [key.slice(prefix.length), Buffer.from(value).toString()]);
    expect(await listed(`/to-${format}/`)).toEqual(await listed(`/from-${format}/`));
    expect(await listed(`/to-${format}/`)).toHaveLength(7);
  });

  test('as .env, quoted as it must be', async () => {
    const values = {
      PLAIN: 'a',
      SPACES: ' a b ',
      LINES: 'a\nb',
      QUOTES: `it's "it"`,
      HASH: 'a # b',
      EMPTY: '',
      ALL: `'"\`\n\\n`,
    };
    for (const [name, value] of Object.entries(values)) {
      if (name !== 'ALL') await put(`/env/${name}`, value);
    }
    const { stdout } = await run(['export', '/env', '--format', 'env']);
    const path = join(folder, 'exported.env');
    await writeFile(path, stdout);
    await run(['import', path, '--prefix', '/env-again']);
    for (const [name, value] of Object.entries(values)) {
      if (name !== 'ALL') expect(await textAt(`/env-again/${name}`)).toBe(value);
    }
    await put('/env/ALL', values.ALL);
    expect(await run(['export', '/env', '--format', 'env'])).toMatchObject({ exitCode: 1, stdout: '' });
  });

  test('as a folder of files, with any bytes, which import takes', async () => {
    const bytes = Uint8Array.of(0, 0xff, 10);
    await put('/files/a/b.bin', bytes);
    await put('/files/.hidden', 'h');
    const path = join(folder, 'files');
    expect(await run(['export', '/files', '--format', 'folder', '--output', path])).toMatchObject({ exitCode: 0 });
    expect(new Uint8Array(await readFile(join(path, 'a', 'b.bin')))).toEqual(bytes);
    expect(await run(['export', '/files', '--format', 'folder', '--output', path])).toMatchObject({ exitCode: 2 });
    expect(await run(['import', path, '--prefix', '/again'])).toMatchObject({
      exitCode: 0,
      stdout: '2 keys written\n',
    });
    expect((await store.get('/again/a/b.bin'))?.value).toEqual(bytes);
    expect(await keysOf('/again')).toEqual(['/again/.hidden', '/again/a/b.bin']);
  });

  test('as it was at a revision, all at once', async () => {
    const then = await put('/past/a', '1');
    await put('/past/a', '2');
    await put('/past/b', '2');
    expect(JSON.parse((await run(['export', '/past', '--revision', then])).stdout)).toEqual({ a: '1' });
  });

  test.each([
    ['a value that is no text', { '/bad1/a': Uint8Array.of(0xff) }, '/bad1', 'json', 'is no text'],
    ['a key that is the beginning of another', { '/bad2/a': 'x', '/bad2/a/b': 'y' }, '/bad2', 'json', 'one tree'],
    ['a % that no import writes', { '/bad3/a%b': 'x' }, '/bad3', 'yaml', 'holds a %'],
    ['a name with a slash in a .env file', { '/bad4/a/b': 'x' }, '/bad4', 'env', 'gives no name'],
    ['a part that is no name of a file', { '/bad5/../x': 'x' }, '/bad5', 'folder', 'no file can be named'],
    [
      'a file that is a folder too',
      { '/bad6/a': 'x', '/bad6/a/b': 'y' },
      '/bad6',
      'folder',
      'the folder of other keys',
    ],
  ])('what cannot be written is told, and nothing is: %s', async (_what, entries, prefix, format, reason) => {
    for (const [key, value] of Object.entries(entries)) await put(key, value);
    const path = join(folder, `out${prefix.slice(1)}`);
    const { exitCode, stderr } = await run(['export', prefix, '--format', format, '--output', path]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(reason);
    expect(await readdir(folder)).not.toContain(`out${prefix.slice(1)}`);
  });

  test('a folder is not written into what is there', async () => {
    await put('/there/a', 'x');
    const path = join(folder, 'there');
    await mkdir(path);
    await writeFile(join(path, 'mine'), 'mine');
    expect(await run(['export', '/there', '--format', 'folder', '--output', path])).toMatchObject({ exitCode: 2 });
    expect(await readdir(path)).toEqual(['mine']);
  });
});

describe('edit', () => {
  /** An editor that does this with the file, which is its last argument. */
  async function editor(name: string, script: string): Promise<Record<string, string>> {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return { VISUAL: '', EDITOR: `'${path}' --wait`, TMPDIR: folder };
  }

  const leftovers = async (): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith('quorate-edit-'));

  test('writes back what was edited, under its name', async () => {
    await put('/edit/app.json', '{"a":1}', 'application/json');
    const env = await editor('change', 'case "$2" in */app.json) printf \'{"a":2}\' > "$2";; esac');
    const { exitCode, stdout } = await run(['edit', '/edit/app.json'], { env });
    expect(exitCode).toBe(0);
    expect(await textAt('/edit/app.json')).toBe('{"a":2}');
    const modRevision = BigInt(stdout.trim());
    expect(await store.get('/edit/app.json')).toMatchObject({ contentType: 'application/json', modRevision });
    expect(await leftovers()).toEqual([]);
  });

  test('writes nothing if nothing has changed, and makes a key that was not there', async () => {
    const revision = await put('/edit/same', 'x');
    expect(await run(['edit', '/edit/same'], { env: await editor('nothing', 'true') })).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    expect(await store.get('/edit/same')).toMatchObject({ modRevision: BigInt(revision) });
    await run(['edit', '/edit/new'], { env: await editor('fill', 'printf new > "$2"') });
    expect(await textAt('/edit/new')).toBe('new');
    expect(await leftovers()).toEqual([]);
  });

  test('overwrites nothing that was written meanwhile, and keeps the edited text', async () => {
    await put('/edit/raced', 'mine');
    const { launcher } = await import('./command.ts');
    const put2 = `'${process.execPath}' '${launcher}' put /edit/raced theirs --nats ${up.url()}`;
    const env = await editor('race', `${put2} > /dev/null && printf edited > "$2"`);
    const { exitCode, stderr } = await run(['edit', '/edit/raced'], { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('somebody else has written the key meanwhile; nothing was written');
    expect(await textAt('/edit/raced')).toBe('theirs');
    const kept = /what was edited is in (.*)\n/.exec(stderr)?.[1] ?? '';
    expect(await readFile(kept, 'utf8')).toBe('edited');
    await rm(join(folder, (await leftovers())[0] ?? ''), { recursive: true });
  });

  test('writes nothing if the editor fails', async () => {
    await put('/edit/failed', 'x');
    const env = await editor('fail', 'printf y > "$2"; exit 3');
    const { exitCode, stderr } = await run(['edit', '/edit/failed'], { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the editor ended with 3; nothing was written');
    expect(await textAt('/edit/failed')).toBe('x');
  });
});
