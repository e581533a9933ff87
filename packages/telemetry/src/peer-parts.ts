import type { NodeId } from '@quorate/actor';
import type { ApplierStages, LogIndex, LogStages, Term } from '@quorate/raft';

/** What a peer did with an entry, by its own clock. Null is what it does not remember. */
export interface PeerPart {
  readonly log: LogStages | null;
  readonly applier: ApplierStages | null;
}

/** Asks a peer what it remembers of the entry of that term; null if it does not tell. */
export type AskPeer = (peer: NodeId, index: LogIndex, term: Term) => Promise<PeerPart | null>;
