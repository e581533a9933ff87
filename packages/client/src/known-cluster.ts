/**
 * The cluster that a store speaks with: whichever answers first. A cluster that was restored has the name of the one before, and nodes of that one may come
 * back; so requests name the cluster that they are for, by a tag of its id, and nodes of any other refuse them. Only when nobody else has answered until
 * the deadline, and the caller was told so by `AnotherCluster`, does the store take the other one.
 */
export class KnownCluster {
  #tag = '';

  /** Empty while none is known. */
  get tag(): string {
    return this.#tag;
  }

  /** A cluster has answered. False if that is another than the one that is known. Whoever does not say counts as the one. */
  isAnswerOf(tag: string | null): boolean {
    if (tag === null) return true;
    if (this.#tag === '') this.#tag = tag;
    return this.#tag === tag;
  }

  /** Whether what was said without being asked may be of the cluster that is known. */
  mayBe(tag: string | null): boolean {
    return tag === null || tag === '' || this.#tag === '' || tag === this.#tag;
  }

  /** A caller was told that the cluster with that tag does not answer any more, and another does. */
  giveUp(tag: string): void {
    if (this.#tag === tag) this.#tag = '';
  }
}
