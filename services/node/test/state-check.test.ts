import { nodeId } from '@quorate/actor';
import {
  ConfigStore,
  keysTable,
  MemoryTables,
  stateHashAt,
  type Table,
  type Tables,
  type TablesWriter,
} from '@quorate/config-store';
import {
  configurationOf,
  type LogEntry,
  logIndex,
  type Parting,
  StateCheck,
  type StateCheckMessage,
  term,
} from '@quorate/raft';
import { type Command, configStoreCodec, encodeCommand } from '@quorate/wire';
import { expect, it, test } from 'vitest';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function entryAt(index: number, command: Command): LogEntry {
  const [at, inTerm] = [logIndex(index), term(1)];
  return {
    index: at,
    term: inTerm,
    timestampUs: 1_700_000_000_000_000 + index,
    logTimeMs: index,
    kind: 'command',
    command: encodeCommand(command),
  };
}

const put = (key: string, value: string): Command => ({ kind: 'put', key, value: utf8(value) });

/** A store that loses the write of one key: a state machine that does not do what the others do. */
function losing(tables: Tables, lost: string): Tables {
  const isLost = <Key, Row>(table: Table<Key, Row>, key: Key): boolean =>
    table.id === keysTable.id && String(key) === lost;
  return {
    get progress() {
      return tables.progress;
    },
    get: (table, key) => tables.get(table, key),
    range: (table, range) => tables.range(table, range),
    transaction: (step) =>
      tables.transaction((writer) => {
        const astray: TablesWriter = {
          get progress() {
            return writer.progress;
          },
          get: (table, key) => writer.get(table, key),
          range: (table, range) => writer.range(table, range),
          put: (table, key, row) => {
            if (!isLost(table, key)) writer.put(table, key, row);
          },
          delete: (table, key) => writer.delete(table, key),
          setProgress: (progress) => writer.setProgress(progress),
        };
        return step(astray);
      }),
  };
}

/** Nodes with a store and a state check each, and a wire between them that loses one of so many messages; 0: none. */
class Nodes {
  readonly ids: readonly string[];
  readonly logged: string[] = [];
  readonly odd = new Map<string, Parting>();
  readonly tables = new Map<string, Tables>();
  readonly checks = new Map<string, StateCheck>();
  readonly silent = new Set<string>();
  stopsWhenOdd = false;
  /** They neither tell nor hear anything any more; what they have told arrives. */
  readonly #stopped = new Set<string>();
  readonly #stores = new Map<string, ConfigStore>();
  readonly #wire: { from: string; to: string; message: StateCheckMessage }[] = [];
  readonly #loseOneOf: number;
  #sent = 0;

  constructor(count: number, astray: Readonly<Record<string, string>> = {}, loseOneOf = 0) {
    this.ids = Array.from({ length: count }, (_, at) => `n${at + 1}`);
    this.#loseOneOf = loseOneOf;
    for (const id of this.ids) {
      const memory = new MemoryTables();
      const lost = astray[id];
      const tables = lost === undefined ? memory : losing(memory, lost);
      this.tables.set(id, tables);
      this.#stores.set(id, new ConfigStore({ tables, codec: configStoreCodec, stream: 'main.config' }));
      const log = (message: string, fields?: object): void => {
        this.logged.push(`${id}: ${message} ${JSON.stringify(fields)}`);
      };
      const logger = { debug: log, info: log, warn: log, error: log };
      const check = new StateCheck({
        node: nodeId(id),
        newest: () => tables.progress.revision,
        hashAt: (revision) => stateHashAt(tables, revision),
        tell: (to, message) => this.#send(id, to, message),
        logger,
        onOdd: (parting) => {
          this.odd.set(id, parting);
          if (this.stopsWhenOdd) this.#stopped.add(id);
        },
      });
      this.checks.set(id, check);
    }
  }

  /** Every node that is not named applies the commands. */
  apply(commands: readonly Command[], but: readonly string[] = []): void {
    for (const [id, store] of this.#stores) {
      if (but.includes(id)) continue;
      for (const command of commands) store.apply([entryAt(store.lastApplied + 1, command)]);
    }
  }

  /** So many rounds in which each node tells the others, and all that is on its way arrives. */
  rounds(count: number): void {
    const configuration = configurationOf(this.ids.map((id) => ({ id: nodeId(id), storageId: `s-${id}` })));
    for (let round = 0; round < count; round += 1) {
      for (const [id, check] of this.checks) {
        if (!this.silent.has(id) && !this.#stopped.has(id)) check.tick(configuration);
      }
      for (let next = this.#wire.shift(); next !== undefined; next = this.#wire.shift()) {
        const { from, to, message } = next;
        if (this.silent.has(from) || this.silent.has(to) || this.#stopped.has(to)) continue;
        this.checks.get(to)?.receive(message, { node: nodeId(from), storageId: `s-${from}`, incarnation: 1 });
      }
    }
  }

  partings(id: string): readonly Parting[] {
    return this.checks.get(id)?.partings ?? [];
  }

  #send(from: string, to: string, message: StateCheckMessage): void {
    this.#sent += 1;
    const mixed = Math.imul(this.#sent ^ (this.#sent >>> 3), 0x85ebca6b);
    const drawn = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 16;
    if (this.#loseOneOf === 0 || drawn % this.#loseOneOf !== 0) this.#wire.push({ from, to, message });
  }
}

const writes = (count: number, prefix = '/k'): readonly Command[] =>
  Array.from({ length: count }, (_, at) => put(`${prefix}/${at}`, `value ${at}`));

test('what was compared is counted, what differs apart', () => {
  const nodes = new Nodes(3, { n3: '/a' });
  nodes.apply([put('/a', 'one')]);
  nodes.rounds(2);
  const before = nodes.checks.get('n1')?.comparisons;
  expect(before).toEqual({ equal: 4, different: 0 });
  nodes.apply([put('/a', 'two')]);
  nodes.rounds(1);
  expect(nodes.checks.get('n1')?.comparisons.different).toBeGreaterThan(0);
  expect(nodes.checks.get('n1')?.comparisons.equal).toBeGreaterThan(4);
});

it('finds nothing where all have applied the same, however far each has come', () => {
  const nodes = new Nodes(3);
  nodes.apply(writes(100));
  nodes.apply(writes(50, '/later'), ['n3']);
  nodes.rounds(3);
  expect(nodes.ids.flatMap((id) => nodes.partings(id))).toEqual([]);
  nodes.apply(writes(1), ['n1', 'n2']);
  nodes.rounds(3);
  // What n3 has done instead of the others is different, and is seen once it has come as far as they.
  nodes.apply(writes(49, '/later'), ['n1', 'n2']);
  nodes.rounds(3);
  expect([...nodes.odd]).toEqual([['n3', { node: 'n3', revision: 101, isOdd: true }]]);
});

test.each([0, 2, 3])(
  'a state machine that goes astray on one node is found by its own node, with the first revision, though one of %i messages is lost',
  (loseOneOf) => {
    const nodes = new Nodes(3, { n2: '/k/777' }, loseOneOf);
    nodes.apply(writes(800));
    nodes.rounds(200);
    // It has lost a write, and nobody has written there since: nothing that it did afterwards was different, but for what the audit looks at.
    const auditedFirst = 64 * Math.ceil(778 / 64);
    expect(nodes.odd.size).toBe(0);
    nodes.apply(writes(4_000, '/more'));
    nodes.rounds(200);
    const [[id, parting] = ['', null], ...others] = [...nodes.odd];
    expect([id, others]).toEqual(['n2', []]);
    expect(parting?.revision).toBeGreaterThanOrEqual(auditedFirst);
    expect((parting?.revision ?? 0) % 64).toBe(0);
    for (const other of ['n1', 'n3']) {
      expect(nodes.partings(other)).toEqual([{ node: 'n2', revision: parting?.revision, isOdd: true }]);
    }
    expect(nodes.logged.filter((line) => line.includes('parted from that of a quorum'))).toHaveLength(2);
  },
);

test('what is written to a key that went astray parts at once, also in what nobody sees of it', () => {
  const nodes = new Nodes(3, { n1: '/a' });
  nodes.apply([put('/a', 'one'), put('/b', 'one'), put('/a', 'two')]);
  nodes.rounds(5);
  // The version of /a is 2 on the others.
  expect([...nodes.odd]).toEqual([['n1', { node: 'n1', revision: 3, isOdd: true }]]);
});

test('of two, and of three that all differ, nobody is taken for the odd one', () => {
  const two = new Nodes(2, { n1: '/a' });
  two.apply([put('/a', 'one'), put('/a', 'two')]);
  two.rounds(5);
  expect(two.odd.size).toBe(0);
  expect(two.partings('n2')).toEqual([{ node: 'n1', revision: 2, isOdd: false }]);
  const three = new Nodes(3, { n1: '/a', n2: '/b' });
  three.apply([put('/a', 'one'), put('/b', 'one'), put('/b', 'two'), put('/a', 'two')]);
  three.rounds(8);
  // n1 and n3 still agree where n2 parts, so n2 is the odd one; where n1 parts later no two agree.
  expect([...three.odd.keys()]).toEqual(['n2']);
  expect(three.partings('n3')).toEqual([
    { node: 'n2', revision: 3, isOdd: true },
    { node: 'n1', revision: 4, isOdd: false },
  ]);
});

test('with one voter away the two that are there say that they differ, and the third decides when it comes', () => {
  const nodes = new Nodes(3, { n3: '/a' });
  nodes.silent.add('n2');
  nodes.apply([put('/a', 'one'), put('/a', 'two')]);
  nodes.rounds(4);
  expect(nodes.odd.size).toBe(0);
  expect(nodes.partings('n3')).toEqual([{ node: 'n1', revision: 2, isOdd: false }]);
  nodes.silent.delete('n2');
  nodes.rounds(4);
  expect([...nodes.odd.keys()]).toEqual(['n3']);
});

test('a node that stops at once when it finds that it is the odd one has told the others enough to know', () => {
  const nodes = new Nodes(3, { n2: '/a' });
  nodes.stopsWhenOdd = true;
  nodes.apply([...writes(500), put('/a', 'one'), put('/a', 'two'), ...writes(500, '/more')]);
  nodes.rounds(3);
  for (const other of ['n1', 'n3']) expect(nodes.partings(other)).toEqual([{ node: 'n2', revision: 502, isOdd: true }]);
});

test('of five nodes one that parted later is found beside one that parted before', () => {
  const nodes = new Nodes(5, { n1: '/a', n4: '/b' });
  nodes.apply([put('/a', 'one'), put('/a', 'two'), ...writes(10), put('/b', 'one'), put('/b', 'two')]);
  nodes.rounds(8);
  expect(new Set(nodes.odd.values())).toEqual(
    new Set([
      { node: 'n1', revision: 2, isOdd: true },
      { node: 'n4', revision: 14, isOdd: true },
    ]),
  );
});

test('where history was compacted the first difference that is still known counts', () => {
  const nodes = new Nodes(3, { n1: '/a' });
  nodes.apply([put('/a', 'one'), put('/a', 'two'), ...writes(100)]);
  nodes.apply([{ kind: 'compact', revision: 60 }]);
  nodes.rounds(20);
  const parting = nodes.odd.get('n1');
  expect(parting?.revision).toBeGreaterThan(2);
  expect(parting?.revision).toBeLessThanOrEqual(60);
});
