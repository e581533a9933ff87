import type { NodeId } from '@quorate/actor';
import type { LogIndex, Term } from '../types.ts';
import type { GatewayMessage, StatusPart } from './messages.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** After how long an unanswered question is asked again. */
const askAgainMs = 100;

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
  /** Set once the command may have entered a log: from then on it is not proposed to anyone else. */
  proposed: Asked | null;
}

/** A read. */
export interface Read {
  readonly kind: 'read';
  readonly message: Of<'read'>;
  readonly deadlineMs: number;
  asked: Asked | null;
  /** Known once a leader has answered, and from the beginning if none is asked: the applier has the query. */
  readIndex: LogIndex | null;
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
  asked: Asked | null;
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

/** Whether it is time to ask again. */
export function isUnanswered(request: ClientRequest, now: number): boolean {
  switch (request.kind) {
    case 'write':
      return request.proposed === null || now - request.proposed.atMs >= askAgainMs;
    case 'read':
    case 'transfer':
      return request.asked === null || now - request.asked.atMs >= askAgainMs;
    case 'snapshot':
      return now - (request.applierAskedAtMs ?? request.asked?.atMs ?? Number.NEGATIVE_INFINITY) >= askAgainMs;
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

/** The question that was sent to a leader for it, if one was. */
export function askedOf(request: ClientRequest): Asked | null {
  switch (request.kind) {
    case 'write':
      return request.proposed;
    case 'read':
    case 'snapshot':
    case 'transfer':
      return request.asked;
    case 'page':
    case 'status':
      return null;
    default:
      return request satisfies never;
  }
}
