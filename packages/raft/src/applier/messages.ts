import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** What the applier accepts. */
export const applierProtocol = {
  peer: {},
  node: {
    /** From the log store: all up to `index` is committed and on this node's disk. `leaderTerm` is set while this node leads. */
    committed: z.object({ index: shape.index, leaderTerm: shape.term.nullable() }),
    /** From the log store. */
    committedEntries: z.object({
      request: shape.counter,
      entries: shape.entries,
      firstIndex: shape.index,
      commitIndex: shape.index,
    }),
    /** From a replicator: a stretch of a snapshot for its peer. */
    readChunk: z.object({
      peer: shape.node,
      sequence: shape.counter,
      id: shape.text,
      offset: shape.counter,
      maxBytes: shape.counter,
    }),
    /** From the log store: a stretch of the snapshot that the leader of `term` sends. */
    storeChunk: z.object({
      term: shape.term,
      sequence: shape.counter,
      leader: z.object({ node: shape.node, storageId: shape.storage, incarnation: shape.counter }),
      record: shape.snapshot,
      offset: shape.counter,
      bytes: shape.bytes,
      checksum: shape.counter,
    }),
    /** From the log store: the snapshot is the newest that it has a record of, on disk. */
    snapshotRecorded: z.object({ record: shape.snapshot }),
    /** From the gateway, again and again until it has the answer: a snapshot of all that is applied, and of `atIndex` at least. */
    takeSnapshot: z.object({ request: shape.counter, atIndex: shape.index }),
    /** From the host, answers to what was asked of the snapshot files. */
    snapshotTaken: z.object({ record: shape.snapshot }),
    snapshotFailed: z.object({ reason: shape.text }),
    chunkRead: z.object({
      peer: shape.node,
      sequence: shape.counter,
      id: shape.text,
      chunk: z.object({ offset: shape.counter, bytes: shape.bytes, checksum: shape.counter }).nullable(),
    }),
    chunkStored: z.object({ id: shape.text, storedBytes: shape.counter }),
    snapshotLoaded: z.object({ id: shape.text }),
    /** From the gateway: answer when all up to `atIndex` is applied, from a state that has made `minRevision` changes. */
    query: z.object({
      request: shape.counter,
      atIndex: shape.index,
      minRevision: shape.counter,
      /** Whether nobody has written what the state lacks at that index: then there is nothing to wait for. */
      isFinal: shape.flag,
      query: shape.bytes,
    }),
    /** From the gateway: nobody waits for this answer any more. */
    forget: z.object({ request: shape.counter }),
    /** From the leader, which missed the results of these entries. */
    askResults: z.object({ fromIndex: shape.index, toIndex: shape.index }),
    /** From the gateway: for `status`. */
    describe: z.object({ request: shape.counter }),
  },
} as const;

/** A message to the applier; `retry`, `dueRetry`, `publishMore` and `snapshotRetry` are its own timers'. */
export type ApplierMessage =
  | MessageOf<typeof applierProtocol>
  | { readonly kind: 'retry' }
  | { readonly kind: 'dueRetry' }
  | { readonly kind: 'publishMore' }
  | { readonly kind: 'snapshotRetry' };
