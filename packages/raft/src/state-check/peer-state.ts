/** A state of a peer's, as it told of it. */
interface ToldState {
  readonly revision: number;
  readonly stateHash: number;
}

/** What a node knows of how the state of one peer compares with its own. */
export class PeerState {
  /** Up to here the two are equal. */
  #equalAt = 0;
  /** Up to here one of the two does not know its hash any more. */
  #unknownTo = 0;
  #differsAt: number | null = null;
  /** What this node is not far enough to compare. */
  #waiting: ToldState | null = null;
  /** What the peer said, by revision: null if it does not know. */
  readonly #told = new Map<number, number | null>();
  readonly #compared: (isEqual: boolean) => void;

  /** `compared` is told of each comparison of two hashes. */
  constructor(compared: (isEqual: boolean) => void) {
    this.#compared = compared;
  }

  /** The first revision, as far as is known, at which the two differ; null if they do not. */
  get differsAt(): number | null {
    return this.#differsAt;
  }

  /** The hash of the peer's state at a revision, where `own` is this node's; null if the peer does not know it, undefined if it was not asked. */
  hashAt(revision: number, own: number): number | null | undefined {
    return revision <= this.#equalAt ? own : this.#told.get(revision);
  }

  /** The peer has told its hash. `hashAt` gives this node's own, null where it knows none; `newest` is the revision that it has come to. */
  told(revision: number, stateHash: number | null, hashAt: (revision: number) => number | null, newest: number): void {
    this.#told.set(revision, stateHash);
    if (stateHash === null) {
      if (this.#differsAt !== null && revision < this.#differsAt) this.#unknownTo = Math.max(this.#unknownTo, revision);
      return;
    }
    if (revision > newest) this.#waiting ??= { revision, stateHash };
    else this.#compare({ revision, stateHash }, hashAt(revision));
  }

  /** Compares what had to wait, if this node is so far by now. */
  catchUp(hashAt: (revision: number) => number | null, newest: number): void {
    const waiting = this.#waiting;
    if (waiting === null || waiting.revision > newest) return;
    this.#waiting = null;
    this.#compare(waiting, hashAt(waiting.revision));
  }

  /** This node's state may have been built anew since the two differed: then what the peer said there is what this node has. */
  reconsider(hashAt: (revision: number) => number | null): void {
    const differsAt = this.#differsAt;
    if (differsAt === null) return;
    const told = this.#told.get(differsAt);
    if (told !== undefined && told !== null && told === hashAt(differsAt)) this.#differsAt = null;
  }

  /** The revision whose hash would halve what is left to search for the first difference; null if that is found, or there is none. */
  nextToAsk(hashAt: (revision: number) => number | null): number | null {
    if (this.#differsAt === null) return null;
    for (;;) {
      const from = Math.max(this.#equalAt, this.#unknownTo);
      if (this.#differsAt - from <= 1) return null;
      const middle = Math.floor((from + this.#differsAt) / 2);
      if (hashAt(middle) !== null) return middle;
      this.#unknownTo = middle;
    }
  }

  /** Forgets what the peer said of all but these revisions. */
  keep(revisions: ReadonlySet<number>): void {
    for (const revision of this.#told.keys()) if (!revisions.has(revision)) this.#told.delete(revision);
  }

  #compare({ revision, stateHash }: ToldState, own: number | null): void {
    if (own === null) return;
    this.#compared(own === stateHash);
    if (own === stateHash) {
      this.#equalAt = Math.max(this.#equalAt, revision);
      // What was told of an earlier one was of a state that is gone: it was built anew.
      if (this.#differsAt !== null && this.#differsAt <= revision) this.#differsAt = null;
      return;
    }
    this.#differsAt = Math.min(this.#differsAt ?? revision, revision);
    this.#equalAt = Math.min(this.#equalAt, this.#differsAt - 1);
    this.#unknownTo = Math.min(this.#unknownTo, this.#differsAt - 1);
  }
}
