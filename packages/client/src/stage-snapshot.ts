import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { decodeStagedSnapshot, encodeSnapshotStage, type SnapshotContent, type StagedSnapshot } from '@quorate/wire';
import { SnapshotProblem } from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import type { OnProgress } from './snapshots.ts';

/** A snapshot goes in stretches of so many bytes, or less if NATS takes no such messages, one at a time to each node. */
const stretchBytes = 512 * 1024;
/** What a message takes beside the bytes of a stretch. */
const envelopeBytes = 1_024;
/** A node that stores nothing of what it is sent is given up after so many tries. */
const maxIdleTries = 5;

/** What is staged, and where. */
export interface Staging {
  readonly access: GroupAccess;
  readonly lifetime: Lifetime;
  readonly file: string;
  readonly content: Pick<SnapshotContent, 'checksum' | 'bytes'>;
  readonly nodes: readonly string[];
  /** For each stretch, and for what each node does when it has all. */
  readonly timeoutMs: number;
  readonly onProgress: OnProgress;
}

/** Brings a snapshot file to nodes that are in no cluster, each going on from what it has, until each has verified all of it. @throws {SnapshotProblem | FormationRefused} and what a request throws */
export async function stageSnapshot(staging: Staging): Promise<void> {
  const { file: path, nodes, content, onProgress } = staging;
  const lifetime = staging.lifetime.child();
  const file = await open(path, 'r');
  const stored = new Map<string, number>();
  const tell = (node: string, storedBytes: number): void => {
    stored.set(node, storedBytes);
    const doneBytes = [...stored.values()].reduce((sum, one) => sum + one, 0);
    onProgress({ doneBytes, totalBytes: content.bytes * nodes.length });
  };
  const onEach = nodes.map(async (node) => {
    try {
      await stageOn(node, file, { ...staging, lifetime }, (storedBytes) => tell(node, storedBytes));
    } catch (error) {
      // The others need not go on.
      lifetime.end(error);
      throw error;
    }
  });
  try {
    await Promise.all(onEach);
  } finally {
    await Promise.allSettled(onEach);
    lifetime.over();
    await file.close();
  }
}

async function stageOn(node: string, file: FileHandle, staging: Staging, tell: (bytes: number) => void): Promise<void> {
  const { access, content } = staging;
  let staged = await send(node, new Uint8Array(0), 0, staging);
  for (let idleTries = 0; !staged.isWhole; ) {
    tell(staged.storedBytes);
    const payloadBytes = access.link.connection?.info?.max_payload ?? Number.POSITIVE_INFINITY;
    const step = Math.min(stretchBytes, payloadBytes - envelopeBytes, content.bytes - staged.storedBytes);
    const buffer = Buffer.alloc(Math.max(1, step));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, staged.storedBytes);
    const before = staged.storedBytes;
    staged = await send(node, buffer.subarray(0, bytesRead), before, staging);
    idleTries = staged.storedBytes > before ? 0 : idleTries + 1;
    if (idleTries < maxIdleTries) continue;
    throw new SnapshotProblem({ code: 'SnapshotFailed', message: `node ${node} stores nothing of what it is sent` });
  }
  tell(content.bytes);
}

async function send(node: string, bytes: Uint8Array, offset: number, staging: Staging): Promise<StagedSnapshot> {
  const { access, lifetime, content, timeoutMs } = staging;
  const { checksum: name, bytes: fileBytes } = content;
  const body = encodeSnapshotStage({ content: name, fileBytes, offset, bytes, checksum: crc32(bytes) });
  // What a node has already it does not take again: repeating is safe.
  const request = { endpoint: 'snapshot-stage', kind: 'read', body, node, timeoutMs, lifetime } as const;
  return decodeStagedSnapshot(await access.router.request(request));
}
