import type { History, HistoryOperation } from '../history.ts';
import type { ConfigStoreOperation, ConfigStoreOutcome } from '../models/config-store.ts';
import { type Part, partsOf, possiblePart, possiblePartsOf } from './parts.ts';
import { type Change, type Trail, trailOf } from './trail.ts';
import type { StoreOperation, StoreOutcome, TransactionOperation, TransactionOutcome } from './transaction.ts';
import { type PossibleWrite, type Way, waysOf } from './ways.ts';

type Called = HistoryOperation<StoreOperation, StoreOutcome>;

/** At which revision a transaction took effect, and which one it found the store at, or an earlier one. */
export interface Place {
  readonly revision: number;
  readonly foundAt: number;
  /** All the keys that it changed. */
  readonly changed: ReadonlySet<string>;
}

/** A history of which each operation is on one key, and what is lost by that. */
export interface SplitHistory {
  readonly kind: 'split';
  readonly history: History<ConfigStoreOperation, ConfigStoreOutcome>;
  /** Of the parts of transactions of which it is known. */
  readonly places: ReadonlyMap<Part, Place>;
  /** The transactions that they are parts of. */
  readonly wholes: ReadonlyMap<Part, Called>;
  /** The keys that each transaction may have changed of which nobody knows what became of it. */
  readonly unknown: readonly ReadonlySet<string>[];
  /** Whether a transaction may have removed a key at a revision that is known for what it did to another. */
  readonly hidesDeletes: boolean;
}

/** Operations that contradict each other. */
export interface SplitContradiction {
  readonly kind: 'contradiction';
  readonly operations: History<StoreOperation, StoreOutcome>;
  readonly reason: string;
}

/**
 * Takes transactions apart into what they were to each key, so that keys can be judged one by one. That they were done all at once
 * shows in the revision, which every transaction tells. One of which nobody was told anything is known for what it was where somebody saw a value that only it has put; the others
 * may have done each of their writes or not.
 */
export function splitHistory(history: History<StoreOperation, StoreOutcome>): SplitHistory | SplitContradiction {
  const splitter = new Splitter();
  const unknown: [Called, TransactionOperation][] = [];
  for (const called of history) {
    const { operation, outcome } = called;
    if (isOnOneKey(called)) splitter.history.push(called);
    else if (operation.kind !== 'txn' || (outcome !== null && outcome.kind !== 'txn')) return senseless(called);
    else if (outcome === null) unknown.push([called, operation]);
    else if (!splitter.add(called, operation, outcome)) return senseless(called);
  }
  const seen = new SeenValues(splitter.history);
  for (const [, operation] of unknown) seen.count(operation);
  for (const [called, operation] of unknown) {
    const torn = splitter.addUnknown(called, operation, seen);
    if (torn !== null) return torn;
  }
  return splitter;
}

function isOnOneKey(called: Called): called is Part {
  return called.operation.kind !== 'txn' && called.outcome?.kind !== 'txn';
}

const senseless = (called: Called): SplitContradiction => ({
  kind: 'contradiction',
  operations: [called],
  reason: 'What it was told contradicts itself.',
});

class Splitter implements SplitHistory {
  readonly kind = 'split';
  readonly history: Part[] = [];
  readonly places = new Map<Part, Place>();
  readonly wholes = new Map<Part, Called>();
  readonly unknown: ReadonlySet<string>[] = [];
  hidesDeletes = false;

  /** Whether what its caller was told makes sense. */
  add(called: Called, operation: TransactionOperation, outcome: TransactionOutcome): boolean {
    const trail = trailOf(operation, outcome);
    if (trail !== null) this.#addTrail(called, trail);
    return trail !== null;
  }

  addUnknown(called: Called, operation: TransactionOperation, seen: SeenValues): SplitContradiction | null {
    const ways = waysOf(operation);
    const { process, calledAt } = called;
    const call = { process, calledAt, returnedAt: null };
    const written = seen.writtenBy(operation);
    const [first] = written;
    const hasAll = ({ writes }: Way): boolean =>
      written.every(({ key, value }) => writes.some((write) => write.key === key && write.value === value));
    const taken = ways?.filter(hasAll);
    if (first !== undefined && taken !== undefined) {
      const other = written.find(({ sight }) => sight.revision !== first.sight.revision);
      if (taken.length === 0 || other !== undefined) {
        const reason = 'What the first of them wrote was seen in part, or at more than one revision.';
        const seers = [first, other].flatMap((one) => (one === undefined ? [] : [one.sight.reader]));
        return { kind: 'contradiction', operations: [called, ...seers], reason };
      }
      const [way] = taken;
      if (way !== undefined && taken.length === 1) {
        const returnedAt = Math.min(...written.map(({ sight }) => sight.returnedAt));
        this.#addWay(called, way, { revision: first.sight.revision, returnedAt });
        return null;
      }
    }
    const possible = ways ?? [{ held: [], writes: allWrites(operation) }];
    const parts = possiblePartsOf(call, possible);
    for (const part of parts) this.#push(part, called);
    this.unknown.push(new Set(parts.map(({ key }) => key)));
    this.hidesDeletes ||= parts.some(({ operation: { kind } }) => kind === 'delete');
    return null;
  }

  /** The way that a transaction took, as others saw: by the first of them it was over. */
  #addWay(
    called: Called,
    { held, writes }: Way,
    { revision, returnedAt }: { readonly revision: number; readonly returnedAt: number },
  ): void {
    const sights = new Map(held.map(({ key, modRevision }) => [key, { modRevision, value: null }]));
    const changes = new Map<string, Change>();
    for (const { key, value } of writes) if (value !== null) changes.set(key, { value });
    const { process, calledAt } = called;
    this.#addTrail({ ...called, returnedAt }, { revision, sights, changes });
    // Whether there was anything to delete nobody was told.
    for (const write of writes.filter(({ value }) => value === null)) {
      this.#push(possiblePart({ process, calledAt, returnedAt: null }, write, held), called);
      this.hidesDeletes = true;
    }
    this.unknown.push(new Set(writes.map(({ key }) => key)));
  }

  #addTrail(called: Called, trail: Trail): void {
    const { process, calledAt, returnedAt } = called;
    const { revision, changes } = trail;
    const changed = new Set(changes.keys());
    const place = { revision, foundAt: changes.size === 0 ? revision : revision - 1, changed };
    for (const part of partsOf({ process, calledAt, returnedAt }, trail)) {
      this.#push(part, called);
      this.places.set(part, place);
    }
  }

  #push(part: Part, whole: Called): void {
    this.history.push(part);
    this.wholes.set(part, whole);
  }
}

/** When somebody was first told of a value. */
interface ValueSight {
  readonly reader: Part;
  readonly revision: number;
  readonly returnedAt: number;
}

/** Which values somebody saw, and by how many operations each was put: the key and the value name them. */
class SeenValues {
  readonly #sights = new Map<string, ValueSight>();
  readonly #puts = new Map<string, number>();

  constructor(history: readonly Part[]) {
    for (const reader of history) {
      const { key, operation, outcome, returnedAt } = reader;
      if (operation.kind === 'put') this.#countPut(key, operation.value);
      if (outcome?.kind !== 'found' || returnedAt === null) continue;
      const name = nameOf(key, outcome.value);
      const known = this.#sights.get(name);
      if (known === undefined || returnedAt < known.returnedAt) {
        this.#sights.set(name, { reader, revision: outcome.modRevision, returnedAt });
      }
    }
  }

  /** Takes the puts of a transaction into account. */
  count(operation: TransactionOperation): void {
    for (const { key, value } of allWrites(operation)) if (value !== null) this.#countPut(key, value);
  }

  /** The writes of a transaction that somebody saw, and that only it can have made. */
  writtenBy(operation: TransactionOperation): readonly (PossibleWrite & { readonly sight: ValueSight })[] {
    return allWrites(operation).flatMap(({ key, value }) => {
      if (value === null || this.#puts.get(nameOf(key, value)) !== 1) return [];
      const sight = this.#sights.get(nameOf(key, value));
      return sight === undefined ? [] : [{ key, value, sight }];
    });
  }

  #countPut(key: string, value: string): void {
    const name = nameOf(key, value);
    this.#puts.set(name, (this.#puts.get(name) ?? 0) + 1);
  }
}

const nameOf = (key: string, value: string): string => JSON.stringify([key, value]);

/** All that may be written on any way. */
function allWrites({ then, else: otherwise }: TransactionOperation): readonly PossibleWrite[] {
  return [...then, ...otherwise].flatMap((step) => {
    if (step.kind === 'get') return [];
    if (step.kind === 'txn') return allWrites(step);
    return [{ key: step.key, value: step.kind === 'put' ? step.value : null }];
  });
}
