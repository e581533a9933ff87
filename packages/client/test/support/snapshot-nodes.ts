import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { changesTable, keysTable } from '@quorate/config-store';
import { configurationOf, logIndex, term } from '@quorate/raft';
import {
  encodeSnapshotStretch,
  encodeStatus,
  encodeTakenSnapshot,
  type NodeStatus,
  nodeIdSchema,
  SnapshotEncoder,
  SnapshotParser,
  SnapshotProblem,
  snapshotReadBody,
} from '@quorate/wire';
import { onTestFinished } from 'vitest';
import { type Behaviour, ok, refusal } from './fake-node.ts';

const id = (name: string) => nodeIdSchema.parse(name);
const voter = (name: string) => ({ id: id(name), storageId: `disk-${name}` });
const voters = ['n1', 'n2', 'n3'].map(voter);

/** A snapshot, as nodes have it. */
export interface SnapshotBytes {
  readonly id: string;
  readonly bytes: Buffer;
  readonly checksum: string;
  readonly index: number;
}

/** A snapshot that ends with `index`, of so many keys of 1 KiB and the change that made each of them. */
export function snapshotBytes(index: number, keys: number, cluster = 'main', group = 'config'): SnapshotBytes {
  const encoder = new SnapshotEncoder({
    clusterName: cluster,
    clusterId: 'c1',
    group,
    index: logIndex(index),
    term: term(2),
    timestampUs: 1_700_000_000_000_000,
    logTimeMs: 60_000,
    revision: index,
    stateHash: index,
    configuration: configurationOf(voters),
  });
  const rows = [keysTable, changesTable].flatMap((table) =>
    Array.from({ length: keys }, (_, at) => ({
      key: Buffer.concat([Buffer.of(table.id), Buffer.from(`/${at}`)]),
      record: Buffer.alloc(1024, at),
    })),
  );
  const pieces = [encoder.begin()];
  for (let at = 0; at < rows.length; at += 64) pieces.push(encoder.block(rows.slice(at, at + 64)));
  const end = encoder.end();
  const bytes = Buffer.concat([...pieces, end.piece]);
  const parser = new SnapshotParser('a file');
  parser.push(bytes);
  return { id: end.id, bytes, checksum: parser.checksum ?? '', index };
}

/** How a member of a cluster of three, that n1 leads, stands. */
export const statusReply = (name: string): ReturnType<Behaviour> => {
  const status: NodeStatus = {
    ...voter(name),
    pid: 4711,
    version: '0.1.0',
    formation: 'formed',
    clusterId: 'c1',
    role: name === 'n1' ? 'leader' : 'follower',
    term: term(2),
    leader: id('n1'),
    commitIndex: logIndex(9),
    lastApplied: logIndex(9),
    lastLogIndex: logIndex(9),
    firstIndex: logIndex(1),
    damage: null,
    peers: [],
    clock: null,
    partings: [],
    dropped: {},
    voters,
    outgoingVoters: [],
    learners: [],
    removed: [],
    disk: null,
    payload: null,
    lease: null,
    load: null,
    writesRefused: null,
  };
  return ok(encodeStatus(status));
};

/** The reply of a node that has taken a snapshot. */
export const takenReply = ({ id: name, bytes, index }: SnapshotBytes): ReturnType<Behaviour> =>
  ok(
    encodeTakenSnapshot({
      id: name,
      index: logIndex(index),
      term: term(2),
      revision: index,
      bytes: bytes.length,
      isNew: true,
    }),
  );

/** The reply of a node that is asked for a stretch of one of those that it has. */
export function stretchReply(body: Uint8Array, ...has: readonly SnapshotBytes[]): ReturnType<Behaviour> {
  const { id: name, offset, maxBytes } = snapshotReadBody(body);
  const snapshot = has.find((one) => one.id === name);
  if (snapshot === undefined) return refusal(new SnapshotProblem({ code: 'SnapshotGone', message: 'it is gone' }));
  const bytes = snapshot.bytes.subarray(offset, offset + maxBytes);
  return ok(encodeSnapshotStretch({ offset, bytes, checksum: crc32(bytes) }));
}

/** A member that takes that snapshot and gives it. */
export const gives =
  (name: string, snapshot: SnapshotBytes): Behaviour =>
  ({ endpoint, body }) => {
    if (endpoint === 'status') return statusReply(name);
    if (endpoint === 'snapshot') return takenReply(snapshot);
    return endpoint === 'snapshot-read' ? stretchReply(body, snapshot) : null;
  };

/** A new folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'quorate-client-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
