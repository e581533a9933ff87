import type { StagedChange } from '../history/staged-change.ts';
import { boundsOf } from '../key-range.ts';
import { scanKeys } from '../scan-keys.ts';
import type { StateHash } from '../state-hash/state-hash.ts';
import { keysTable } from '../tables/keys-table.ts';
import { type QuotaRow, quotasTable } from '../tables/quotas-table.ts';
import type { TablesWriter } from '../tables/tables.ts';
import { compareUtf8, utf8Length } from '../utf8.ts';
import { QuotaExceeded, TooManyQuotas } from './errors.ts';
import { MAX_QUOTAS } from './limits.ts';
import type { QuotaCommand, QuotaResult, SetQuotaCommand } from './quota-commands.ts';

/** What is counted of what was there before a quota: by the command that sets it, and by each entry that follows. A prefix of a million keys holds up nobody. */
const countedByCommand = { keys: 1_000, bytes: 4 * 1024 * 1024 };
const countedByEntry = { keys: 32, bytes: 256 * 1024 };

/** What some changes make of what there is below a prefix. */
interface Difference {
  keys: number;
  bytes: number;
}

/**
 * The quotas while a batch of entries is applied. What there is below their prefixes is counted as it changes, and stands in the state: so all nodes refuse the same, and no write has to look at
 * more than it writes. What was there before a quota was set is counted bit by bit, in the order of the keys; until then a change beyond the place that the counting has come to is left to the counting.
 */
export class Quotas {
  readonly #writer: TablesWriter;
  readonly #hash: StateHash;
  /** In the order of the prefixes, on all nodes alike: by it it is decided of which quota a refusal speaks, and what the hash takes first. */
  #rows: Map<string, QuotaRow>;
  readonly #touched = new Set<string>();

  /** `hash` takes whatever is done to a quota. */
  constructor(writer: TablesWriter, known: ReadonlyMap<string, QuotaRow>, hash: StateHash) {
    this.#writer = writer;
    this.#rows = new Map(known);
    this.#hash = hash;
  }

  /** By prefix. */
  get rows(): ReadonlyMap<string, QuotaRow> {
    return this.#rows;
  }

  /** @throws {TooManyQuotas} */
  run(command: QuotaCommand): QuotaResult {
    switch (command.kind) {
      case 'setQuota':
        return this.#set(command);
      case 'deleteQuota': {
        const deleted = this.#rows.delete(command.prefix);
        if (deleted) this.#touch(command.prefix, null);
        return { kind: 'deleteQuota', deleted };
      }
      default:
        return command satisfies never;
    }
  }

  /** Whether changes leave no more below any prefix than its quota allows. What makes less of it passes, however much there is: also while it is over a quota that was lowered. @throws {QuotaExceeded} */
  check(changes: readonly StagedChange[]): void {
    if (this.#rows.size === 0) return;
    for (const [prefix, row] of this.#rows) {
      if (row.countedTo !== null) continue;
      const { keys, bytes } = differenceBelow(prefix, null, changes);
      for (const [what, more, there, limit] of [
        ['keys', keys, row.keys, row.maxKeys] as const,
        ['bytes', bytes, row.bytes, row.maxBytes] as const,
      ]) {
        if (limit === null || more <= 0 || there + more <= limit) continue;
        throw new QuotaExceeded({ prefix, what, actual: there + more, limit });
      }
    }
  }

  /** Changes were made. */
  changed(changes: readonly StagedChange[]): void {
    if (this.#rows.size === 0 || changes.length === 0) return;
    for (const [prefix, row] of this.#rows) {
      const { keys, bytes } = differenceBelow(prefix, row.countedTo, changes);
      if (keys !== 0 || bytes !== 0) this.#touch(prefix, { ...row, keys: row.keys + keys, bytes: row.bytes + bytes });
    }
  }

  /** After each entry: what is still to be counted goes on, a little. */
  afterEntry(): void {
    for (const [prefix, row] of this.#rows) {
      if (row.countedTo !== null) return this.#touch(prefix, this.#counted(prefix, row, countedByEntry));
    }
  }

  /** Writes down what has changed. */
  store(): void {
    for (const prefix of this.#touched) {
      const row = this.#rows.get(prefix);
      if (row === undefined) this.#writer.delete(quotasTable, prefix);
      else this.#writer.put(quotasTable, prefix, row);
    }
    this.#touched.clear();
  }

  #set({ prefix, maxKeys, maxBytes }: SetQuotaCommand): QuotaResult {
    const before = this.#rows.get(prefix);
    if (before === undefined && this.#rows.size >= MAX_QUOTAS) throw new TooManyQuotas({ limit: MAX_QUOTAS });
    const row = { keys: 0, bytes: 0, countedTo: '', ...before, maxKeys, maxBytes };
    const counted = this.#counted(prefix, row, countedByCommand);
    this.#touch(prefix, counted);
    const { keys, bytes, countedTo } = counted;
    return { kind: 'setQuota', keys, bytes, isCounted: countedTo === null };
  }

  /** With some more of what was there counted. */
  #counted(prefix: string, row: QuotaRow, most: Readonly<Difference>): QuotaRow {
    if (row.countedTo === null) return row;
    const counted = { keys: 0, bytes: 0 };
    const after = row.countedTo === '' ? null : row.countedTo;
    let countedTo: string | null = null;
    for (const { key, row: standing } of scanKeys(this.#writer, keysTable, boundsOf({ prefix }), after)) {
      counted.keys += 1;
      counted.bytes += bytesOf(key, standing.value);
      countedTo = key;
      if (counted.keys >= most.keys || counted.bytes >= most.bytes) break;
      countedTo = null;
    }
    return { ...row, keys: row.keys + counted.keys, bytes: row.bytes + counted.bytes, countedTo };
  }

  #touch(prefix: string, row: QuotaRow | null): void {
    const isNew = !this.#rows.has(prefix);
    if (row !== null) this.#rows.set(prefix, row);
    if (row !== null && isNew) this.#rows = new Map([...this.#rows].sort(([one], [other]) => compareUtf8(one, other)));
    this.#touched.add(prefix);
    this.#hash.text(prefix);
    for (const counter of row === null ? [] : [row.keys, row.bytes, row.maxKeys ?? 0, row.maxBytes ?? 0]) {
      this.#hash.counter(counter);
    }
  }
}

/** Of the keys below a prefix, up to `to` if it is given. */
function differenceBelow(prefix: string, to: string | null, changes: readonly StagedChange[]): Readonly<Difference> {
  const difference = { keys: 0, bytes: 0 };
  for (const { key, before, after } of changes) {
    if (!key.startsWith(prefix) || (to !== null && (to === '' || compareUtf8(key, to) > 0))) continue;
    if (before !== null) {
      difference.keys -= 1;
      difference.bytes -= bytesOf(key, before.value);
    }
    if (after !== null) {
      difference.keys += 1;
      difference.bytes += bytesOf(key, after.value);
    }
  }
  return difference;
}

const bytesOf = (key: string, value: { readonly length: number }): number => utf8Length(key) + value.length;
