const none: readonly number[] = [];

/** Lists of operations, which are named by their places in a history. */
export class PlaceLists<Key> {
  readonly #lists = new Map<Key, number[]>();

  add(key: Key, place: number): void {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, [place]);
    else list.push(place);
  }

  /** In the order in which they were added. */
  of(key: Key): readonly number[] {
    return this.#lists.get(key) ?? none;
  }

  keys(): Iterable<Key> {
    return this.#lists.keys();
  }

  /** Those of all keys. */
  get all(): readonly number[] {
    return [...this.#lists.values()].flat();
  }
}
