import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { encodeSnapshotStretch, NoLeader, snapshotBody, snapshotReadBody } from '@quorate/wire';
import { expect, it } from 'vitest';
import { checkSnapshot, type TransferProgress } from '../src/index.ts';
import { codeOf, errorOf, TestBus, until } from './support/bus.ts';
import { type Behaviour, ok, refusal } from './support/fake-node.ts';
import {
  gives,
  snapshotBytes,
  statusReply,
  stretchReply,
  takenReply,
  temporaryFolder,
} from './support/snapshot-nodes.ts';

/** Members with those behaviours, a store, and a folder for files. */
async function start(behaviours: Readonly<Record<string, Behaviour>>) {
  const bus = await TestBus.start();
  const nodes = new Map(
    await Promise.all(
      Object.entries(behaviours).map(async ([id, behave]) => [id, await bus.node(id, behave)] as const),
    ),
  );
  const folder = temporaryFolder();
  return { store: await bus.store(), nodes, folder, file: join(folder, 'main.snapshot') };
}

it('writes the file of a follower, of all that is committed, a bounded number of stretches at a time', async () => {
  const snapshot = snapshotBytes(9, 3_000);
  let open = 0;
  let mostOpen = 0;
  const follower: Behaviour = async (request) => {
    if (request.endpoint !== 'snapshot-read') return gives('n2', snapshot)(request);
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open -= 1;
    return stretchReply(request.body, snapshot);
  };
  const { store, nodes, file, folder } = await start({ n1: gives('n1', snapshotBytes(8, 1)), n2: follower });
  const seen: TransferProgress[] = [];
  const info = await store.saveSnapshot(file, { onProgress: (progress) => seen.push(progress) });
  expect(readFileSync(file).equals(snapshot.bytes)).toBe(true);
  expect(readdirSync(folder)).toEqual(['main.snapshot']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(info).toMatchObject({ id: snapshot.id, checksum: snapshot.checksum, keys: 3_000, revision: 9n, index: 9n });
  expect(await checkSnapshot(file)).toEqual(info);

  expect(mostOpen).toBe(4);
  const asked = nodes.get('n2')?.requests ?? [];
  expect(asked.filter(({ endpoint }) => endpoint === 'snapshot').map(({ body }) => snapshotBody(body))).toEqual([
    { isLinearizable: true },
  ]);
  const reads = asked.filter(({ endpoint }) => endpoint === 'snapshot-read').map(({ body }) => snapshotReadBody(body));
  expect(reads.every(({ maxBytes }) => maxBytes <= 256 * 1024)).toBe(true);
  expect(seen.at(-1)).toEqual({ doneBytes: snapshot.bytes.length, totalBytes: snapshot.bytes.length });
});

it('goes on with another node that has the same, where one gives damaged stretches', async () => {
  const snapshot = snapshotBytes(9, 2_000);
  const damages: Behaviour = (request) => {
    if (request.endpoint !== 'snapshot-read') return gives('n2', snapshot)(request);
    const { offset, maxBytes } = snapshotReadBody(request.body);
    if (offset === 0) return stretchReply(request.body, snapshot);
    const bytes = Buffer.from(snapshot.bytes.subarray(offset, offset + maxBytes));
    const checksum = crc32(bytes);
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    return ok(encodeSnapshotStretch({ offset, bytes, checksum }));
  };
  const { store, nodes, file } = await start({ n2: damages, n3: gives('n3', snapshot) });
  await store.saveSnapshot(file);
  expect(readFileSync(file).equals(snapshot.bytes)).toBe(true);
  const asked = [...nodes.values()].flatMap(({ requests }) => requests);
  expect(asked.filter(({ endpoint }) => endpoint === 'snapshot')).toHaveLength(1);
});

it('starts again where the whole is not what it was to be, or nobody has it any more', async () => {
  const [first, second, third] = [snapshotBytes(7, 500), snapshotBytes(8, 500), snapshotBytes(9, 500)];
  const taken = [first, second, third];
  const { store, file } = await start({
    n2: ({ endpoint, body }) => {
      if (endpoint === 'status') return statusReply('n2');
      if (endpoint === 'snapshot') return takenReply(taken.shift() ?? third);
      // What it gives for the first is whole, and it is another one.
      return endpoint === 'snapshot-read' ? stretchReply(body, { ...first, bytes: second.bytes }, third) : null;
    },
  });
  expect((await store.saveSnapshot(file)).id).toBe(third.id);
  expect(readFileSync(file).equals(third.bytes)).toBe(true);
});

it('takes a node that can for one that cannot', async () => {
  const snapshot = snapshotBytes(9, 10);
  const cannot: Behaviour = ({ endpoint }) => (endpoint === 'status' ? statusReply('n2') : refusal(new NoLeader()));
  const { store, file } = await start({ n2: cannot, n1: gives('n1', snapshot) });
  expect((await store.saveSnapshot(file, { timeoutMs: 1_000 })).id).toBe(snapshot.id);
});

it('leaves nothing where it is given up, or ended by its signal', async () => {
  const snapshot = snapshotBytes(9, 2_000);
  const { store, nodes, folder, file } = await start({
    n2: gives('n2', { ...snapshot, bytes: Buffer.alloc(2_000_000) }),
  });
  expect(await codeOf(store.saveSnapshot(file))).toBe('SnapshotDamaged');
  expect(readdirSync(folder)).toEqual([]);

  const silent: Behaviour = (request) => (request.endpoint === 'snapshot-read' ? null : gives('n2', snapshot)(request));
  nodes.get('n2')?.behave(silent);
  const abort = new AbortController();
  const before = nodes.get('n2')?.requests.length ?? 0;
  const saving = errorOf(store.saveSnapshot(file, { signal: abort.signal }));
  await until(() =>
    (nodes.get('n2')?.requests.slice(before) ?? []).some(({ endpoint }) => endpoint === 'snapshot-read'),
  );
  expect(readdirSync(folder)).toHaveLength(1);
  abort.abort(new Error('enough'));
  expect((await saving).message).toBe('enough');
  expect(readdirSync(folder)).toEqual([]);
});

it('replaces a file only if it is told to, and no folder', async () => {
  const snapshot = snapshotBytes(9, 10);
  const { store, nodes, folder, file } = await start({ n2: gives('n2', snapshot) });
  writeFileSync(file, 'precious');
  expect(await codeOf(store.saveSnapshot(file))).toBe('InvalidRequest');
  expect(await codeOf(store.saveSnapshot(folder, { force: true }))).toBe('InvalidRequest');
  expect(await codeOf(store.saveSnapshot(join(folder, 'none', 'x')))).toBe('InvalidRequest');
  expect(nodes.get('n2')?.log).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe('precious');
  await store.saveSnapshot(file, { force: true });
  expect(readFileSync(file).equals(snapshot.bytes)).toBe(true);
  expect(readdirSync(folder)).toEqual(['main.snapshot']);
});

it('does not replace a file that appears while it is at it', async () => {
  const snapshot = snapshotBytes(9, 10);
  const { store, nodes, folder, file } = await start({ n2: gives('n2', snapshot) });
  nodes.get('n2')?.behave((request) => {
    if (request.endpoint === 'snapshot-read') writeFileSync(file, 'precious');
    return gives('n2', snapshot)(request);
  });
  expect(await codeOf(store.saveSnapshot(file))).toBe('InvalidRequest');
  expect(readFileSync(file, 'utf8')).toBe('precious');
  expect(readdirSync(folder)).toEqual(['main.snapshot']);
});

it('has one node take a snapshot, of what that one has applied', async () => {
  const snapshot = snapshotBytes(9, 10);
  const { store, nodes } = await start({ n2: gives('n2', snapshot) });
  const { id, bytes } = snapshot;
  const taken = { node: 'n2', id, index: 9n, term: 2n, revision: 9n, bytes: bytes.length, isNew: true };
  expect(await store.takeSnapshot('n2')).toEqual(taken);
  // Beside it the SDK may have looked whether the node is there.
  const asked = nodes.get('n2')?.requests.filter(({ endpoint }) => endpoint === 'snapshot');
  expect(asked?.map(({ body }) => snapshotBody(body))).toEqual([{ isLinearizable: false }]);
  nodes.get('n2')?.behave(() => null);
  expect(await codeOf(store.takeSnapshot('n2', { timeoutMs: 500 }))).toBe('SnapshotFailed');
});
