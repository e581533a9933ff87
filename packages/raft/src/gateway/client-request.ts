import type { NodeId } from '@quorate/actor';
import type { ReadSpan } from '../ports.ts';
import { entryBytes } from '../storage/entry-bytes.ts';
import type { LogIndex, Term } from '../types.ts';
import type { GatewayMessage, StatusPart } from './messages.ts';
import { askAgainMs } from './read-index-questions.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** Who was asked, and when. An answer of another leader, or to an earlier question, is not for this request. */
export interface Asked {
  readonly term: Term;
  readonly sequence: number;
  readonly atMs: number;
}

/** A command to be proposed, or a change of the members. */
export interface Write {
  readonly kind: 'write';
  readonly message: Of<'write' | 'changeMembers'>;
  /** On the gateway's clock. */
  readonly deadlineMs: number;
  readonly receivedAtMs: number;
  /** When it was first proposed to the leader that has it. */
  proposedAtMs: number;
  /** Set once the command may have entered a log: from then on it is not proposed to anyone else. */
  proposed: Asked | null;
}

/** A read. */
export interface Read {
  readonly kind: 'read';
  readonly message: Of<'read'>;
  /** Null if it is not traced. */
  readonly span: ReadSpan | null;
  readonly deadlineMs: number;
  /** From which index on the state answers it; null as long as nobody knows: the applier has the query once this is known. */
  readIndex: LogIndex | null;
  /** Whether a leader has given that index for this very read: what the state lacks there, nobody has written before it was asked. */
  isConfirmed: boolean;
  /** When the applier was asked last. */
  queriedAtMs: number | null;
  /** The revision that this node has reached, if that is less than the read wants. */
  reachedRevision: number | null;
}

/** A page of committed entries, as this node has them. */
export interface Page {
  readonly kind: 'page';
  readonly message: Of<'readEntries'>;
  readonly deadlineMs: number;
}

/** A request that another node may lead. */
export interface TransferRequest {
  readonly kind: 'transfer';
  readonly message: Of<'transfer'>;
  readonly deadlineMs: number;
  /** The leader that was asked. */
  asked: (Asked & { readonly leader: NodeId }) | null;
}

/** A snapshot that this node is to have. */
export interface SnapshotRequest {
  readonly kind: 'snapshot';
  readonly message: Of<'takeSnapshot'>;
  readonly deadlineMs: number;
  /** What it has to cover: the applier has been asked. */
  readIndex: LogIndex | null;
  /** When the applier was asked last. */
  applierAskedAtMs: number | null;
}

/** How this node stands, told by its actors one by one. */
export interface Status {
  readonly kind: 'status';
  readonly deadlineMs: number;
  readonly parts: Map<StatusPart['actor'], StatusPart>;
}

/** A client's request that is not answered yet. */
export type ClientRequest = Write | Read | TransferRequest | Page | SnapshotRequest | Status;

/** Whether it is time to ask again. What waits for an index is asked for together with others. */
export function isUnanswered(request: ClientRequest, now: number): boolean {
  const isLongAgo = (atMs: number): boolean => now - atMs >= askAgainMs;
  switch (request.kind) {
    case 'write':
      return request.proposed === null || isLongAgo(request.proposed.atMs);
    case 'transfer':
      return request.asked === null || isLongAgo(request.asked.atMs);
    case 'read':
      return request.queriedAtMs !== null && isLongAgo(request.queriedAtMs);
    case 'snapshot':
      return request.applierAskedAtMs !== null && isLongAgo(request.applierAskedAtMs);
    case 'page':
    case 'status':
      return true;
    default:
      return request satisfies never;
  }
}

/** Whether a leader has it, or no leader is needed for it. */
export function isWithLeader(request: ClientRequest): boolean {
  switch (request.kind) {
    case 'write':
      return request.proposed !== null;
    case 'transfer':
      return request.asked !== null;
    case 'read':
    case 'snapshot':
      return request.readIndex !== null;
    case 'page':
    case 'status':
      return true;
    default:
      return request satisfies never;
  }
}

/** What it counts for among the commands that wait for their answers. */
export const commandBytes = ({ message }: Write): number => (message.kind === 'write' ? entryBytes(message) : 0);
