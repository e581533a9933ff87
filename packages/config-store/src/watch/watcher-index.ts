import { isSelected, type KeySelection } from '../key-range.ts';

/** Of prefixes or ranges that are equal: who has them. */
interface Shared<Watcher> {
  readonly keys: KeySelection;
  readonly watchers: Set<Watcher>;
}

/**
 * Who watches which keys. Whom a change concerns is found without asking each: by one look-up for its key, one for each length that a
 * watched prefix has, and one comparison for each range that differs from the others.
 */
export class WatcherIndex<Watcher> {
  readonly #byKey = new Map<string, Set<Watcher>>();
  readonly #byPrefix = new Map<string, Set<Watcher>>();
  /** How many watched prefixes have this length. */
  readonly #prefixLengths = new Map<number, number>();
  readonly #byRange = new Map<string, Shared<Watcher>>();
  #size = 0;

  /** How many watch. */
  get size(): number {
    return this.#size;
  }

  /** A watcher is added once. */
  add(keys: KeySelection, watcher: Watcher): void {
    this.#size += 1;
    if ('key' in keys) return addTo(this.#byKey, keys.key, watcher);
    if ('prefix' in keys) {
      const { prefix } = keys;
      if (!this.#byPrefix.has(prefix)) this.#countPrefix(prefix.length, 1);
      return addTo(this.#byPrefix, prefix, watcher);
    }
    const name = nameOf(keys);
    const shared = this.#byRange.get(name) ?? { keys, watchers: new Set() };
    this.#byRange.set(name, shared);
    shared.watchers.add(watcher);
  }

  /** With the keys that it was added with. One that is not there is fine. */
  delete(keys: KeySelection, watcher: Watcher): void {
    if (!this.#remove(keys, watcher)) return;
    this.#size -= 1;
  }

  /** Who watches a key. Those that are found may be removed meanwhile. */
  *watching(key: string): Generator<Watcher, undefined> {
    yield* this.#byKey.get(key) ?? [];
    for (const length of this.#prefixLengths.keys()) {
      if (length <= key.length) yield* this.#byPrefix.get(key.slice(0, length)) ?? [];
    }
    for (const { keys, watchers } of this.#byRange.values()) if (isSelected(key, keys)) yield* watchers;
  }

  /** All that watch. */
  *all(): Generator<Watcher, undefined> {
    for (const watchers of this.#byKey.values()) yield* watchers;
    for (const watchers of this.#byPrefix.values()) yield* watchers;
    for (const { watchers } of this.#byRange.values()) yield* watchers;
  }

  #remove(keys: KeySelection, watcher: Watcher): boolean {
    if ('key' in keys) return removeFrom(this.#byKey, keys.key, watcher);
    if ('prefix' in keys) {
      const isRemoved = removeFrom(this.#byPrefix, keys.prefix, watcher);
      if (isRemoved && !this.#byPrefix.has(keys.prefix)) this.#countPrefix(keys.prefix.length, -1);
      return isRemoved;
    }
    const name = nameOf(keys);
    const shared = this.#byRange.get(name);
    if (shared === undefined || !shared.watchers.delete(watcher)) return false;
    if (shared.watchers.size === 0) this.#byRange.delete(name);
    return true;
  }

  #countPrefix(length: number, more: 1 | -1): void {
    const count = (this.#prefixLengths.get(length) ?? 0) + more;
    if (count === 0) this.#prefixLengths.delete(length);
    else this.#prefixLengths.set(length, count);
  }
}

/** No key has a control character. */
const nameOf = ({ from, to }: { readonly from: string; readonly to: string | null }): string => `${from}\0${to ?? ''}`;

function addTo<Watcher>(watchers: Map<string, Set<Watcher>>, name: string, watcher: Watcher): void {
  const found = watchers.get(name);
  if (found === undefined) watchers.set(name, new Set([watcher]));
  else found.add(watcher);
}

function removeFrom<Watcher>(watchers: Map<string, Set<Watcher>>, name: string, watcher: Watcher): boolean {
  const found = watchers.get(name);
  if (found === undefined || !found.delete(watcher)) return false;
  if (found.size === 0) watchers.delete(name);
  return true;
}
