import type { Actor, NodeId, Sender } from '@quorate/actor';
import type { Logger } from '../ports.ts';
import { isQuorum, membersOf, votersOf } from '../quorum.ts';
import type { Configuration } from '../types.ts';
import type { StateCheckMessage } from './messages.ts';
import type { Parting } from './parting.ts';
import { PeerState } from './peer-state.ts';

/** What a state check is made from. */
export interface StateCheckOptions {
  readonly node: NodeId;
  /** The revision that this node's state has come to. */
  readonly newest: () => number;
  /** The hash of this node's state after a revision; null if it is not kept any more, or cannot be read now. */
  readonly hashAt: (revision: number) => number | null;
  readonly tell: (node: NodeId, message: StateCheckMessage) => void;
  readonly logger: Logger;
  /** This node's state is the odd one: the others have a quorum without it. It must not throw; told each time that is found. */
  readonly onOdd: (parting: Parting) => void;
}

/** How many hashes of others' states were compared with this node's own, in the life of a state check. */
export interface StateComparisons {
  readonly equal: number;
  readonly different: number;
}

/**
 * The actor `stateCheck`: compares this node's state with that of each other, all the time, by its hash. Raft keeps logs equal; that what was made of them is equal rests on a state
 * machine that does the same everywhere, and on files that nobody alters. Where two differ, the first revision at which they do is searched for by halves (hashes go on from one
 * another, so that states which have parted stay so), and the hashes of all voters there say whose state is the odd one: not with the quorum.
 */
export class StateCheck implements Actor<StateCheckMessage> {
  readonly #options: StateCheckOptions;
  readonly #peers = new Map<NodeId, PeerState>();
  #configuration: Configuration | null = null;
  #partings: readonly Parting[] = [];
  #comparisons: StateComparisons = { equal: 0, different: 0 };
  /** What was asked since the last tick: not again before the next, whatever comes meanwhile. */
  readonly #asked = new Set<string>();

  constructor(options: StateCheckOptions) {
    this.#options = options;
  }

  /** The states that differ from this node's, in words for `status`; the first is the one that parted first. */
  get partings(): readonly Parting[] {
    return this.#partings;
  }

  /** What came of all comparisons so far, those of a search among them. */
  get comparisons(): StateComparisons {
    return this.#comparisons;
  }

  /** From a peer. */
  receive(message: StateCheckMessage, { node }: Sender): void {
    const { hashAt, newest, tell } = this.#options;
    const { revision } = message;
    switch (message.kind) {
      case 'askStateHash':
        return tell(node, { kind: 'stateHash', revision, stateHash: hashAt(revision) });
      case 'stateHash':
        this.#peer(node).told(revision, message.stateHash, hashAt, newest());
        return this.#look();
      default:
        return message satisfies never;
    }
  }

  /** Now and then: tells the members of the group how this state is, and asks again what was not answered. */
  tick(configuration: Configuration): void {
    const { node: self, newest, hashAt } = this.#options;
    this.#configuration = configuration;
    this.#asked.clear();
    const peers = membersOf(configuration).filter(({ id }) => id !== self);
    for (const id of this.#peers.keys()) if (peers.every((peer) => peer.id !== id)) this.#peers.delete(id);
    const revision = newest();
    for (const { id } of peers) this.#peer(id).catchUp(hashAt, revision);
    this.#tellAll(revision);
    this.#look();
  }

  #tellAll(revision: number): void {
    const { hashAt, tell } = this.#options;
    const stateHash = revision === 0 ? null : hashAt(revision);
    if (stateHash === null) return;
    for (const id of this.#peers.keys()) tell(id, { kind: 'stateHash', revision, stateHash });
  }

  /** Searches on where states differ, and judges what is found. */
  #look(): void {
    const { hashAt } = this.#options;
    const found = new Set<number>();
    for (const [id, peer] of this.#peers) {
      peer.reconsider(hashAt);
      const next = peer.nextToAsk(hashAt);
      if (next !== null) this.#ask(id, next);
      else if (peer.differsAt !== null) found.add(peer.differsAt);
    }
    for (const peer of this.#peers.values()) peer.keep(found);
    const before = this.#partings;
    this.#partings = [...found].sort((a, b) => a - b).flatMap((revision) => this.#judge(revision));
    for (const parting of this.#partings) this.#report(parting, before);
  }

  #ask(id: NodeId, revision: number): void {
    const question = `${id} ${revision}`;
    if (this.#asked.has(question)) return;
    this.#asked.add(question);
    this.#options.tell(id, { kind: 'askStateHash', revision });
  }

  #judge(revision: number): readonly Parting[] {
    const { node: self, hashAt } = this.#options;
    const configuration = this.#configuration;
    const own = hashAt(revision);
    // What was found stays so, also when history does not go back so far any more.
    if (configuration === null || own === null)
      return this.#partings.filter((parting) => parting.revision === revision);
    const hashes = new Map<NodeId, number | null>([[self, own]]);
    for (const { id } of votersOf(configuration)) {
      if (id === self) continue;
      const known = this.#peer(id).hashAt(revision, own);
      if (known === undefined) this.#ask(id, revision);
      else hashes.set(id, known);
    }
    const others = [...this.#peers].filter(([, peer]) => peer.differsAt === revision).map(([id]) => id);
    const agree = (hash: number): boolean => isQuorum(configuration, ({ id }) => hashes.get(id) === hash);
    if ([...hashes.values()].some((hash) => hash !== null && hash !== own && agree(hash))) {
      return [{ revision, node: self, isOdd: true }];
    }
    const isOdd = agree(own);
    return others.map((node) => ({ revision, node, isOdd }));
  }

  #report(parting: Parting, before: readonly Parting[]): void {
    const { node: self, logger, onOdd } = this.#options;
    const { revision, node, isOdd } = parting;
    const isKnown = before.some((one) => one.revision === revision && one.node === node && one.isOdd === isOdd);
    if (node === self) {
      // The last that the others hear of it: they may not have come so far in their search, and it answers nothing from now on.
      if (!isKnown) for (const last of [revision - 1, revision]) this.#tellAll(last);
      return onOdd(parting);
    }
    if (isKnown) return;
    const what = isOdd
      ? 'the state of another node has parted from that of a quorum'
      : 'the state of another node differs from that of this one, and no quorum says which is right';
    logger.error(what, { other: node, firstRevision: revision });
  }

  #peer(id: NodeId): PeerState {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    const peer = new PeerState((isEqual) => {
      const { equal, different } = this.#comparisons;
      this.#comparisons = isEqual ? { equal: equal + 1, different } : { equal, different: different + 1 };
    });
    this.#peers.set(id, peer);
    return peer;
  }
}
