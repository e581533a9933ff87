import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CommandResult, DeleteCommand, PutCommand } from '../src/index.ts';
import { resultOf, StoreFixture } from './store-fixture.ts';

type Command = PutCommand | DeleteCommand;

interface ModelEntry {
  readonly value: number;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

/** The store, said as plainly as possible: a map, and a counter. */
class Model {
  readonly entries = new Map<string, ModelEntry>();
  revision = 0;

  run(command: Command): CommandResult | 'mismatch' {
    const current = this.entries.get(command.key);
    if (command.ifRevision !== undefined && command.ifRevision !== (current?.modRevision ?? 0)) return 'mismatch';
    if (command.kind === 'delete') {
      const deleted = this.entries.delete(command.key);
      if (deleted) this.revision += 1;
      return { kind: 'delete', revision: this.revision, deleted };
    }
    this.revision += 1;
    this.entries.set(command.key, {
      value: command.value[0] ?? 0,
      createRevision: current?.createRevision ?? this.revision,
      modRevision: this.revision,
      version: (current?.version ?? 0) + 1,
    });
    return { kind: 'put', revision: this.revision };
  }

  /** The keys of a prefix, as a scan over encoded bytes finds them. */
  page(prefix: string, after: string | null, limit: number): { keys: string[]; more: boolean } {
    const bytes = (text: string): Buffer => Buffer.from(text);
    const all = [...this.entries.keys()]
      .filter((key) => bytes(key).subarray(0, bytes(prefix).length).equals(bytes(prefix)))
      .filter((key) => after === null || Buffer.compare(bytes(key), bytes(after)) > 0)
      .sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
    return { keys: all.slice(0, limit), more: all.length > limit };
  }
}

const key = fc
  .array(fc.constantFrom('/', 'a', 'é', '\uffee', '\u{1f600}'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
const ifRevision = fc.option(fc.nat({ max: 12 }), { nil: undefined, freq: 2 });
const revisionField = (revision: number | undefined): { ifRevision?: number } =>
  revision === undefined ? {} : { ifRevision: revision };
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(key, fc.nat({ max: 255 }), ifRevision).map(
      ([key, byte, revision]): Command => ({
        kind: 'put',
        key,
        value: new Uint8Array([byte]),
        ...revisionField(revision),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(key, ifRevision)
      .map(([key, revision]): Command => ({ kind: 'delete', key, ...revisionField(revision) })),
  },
);
const page = fc.record({
  prefix: fc.oneof(fc.constant(''), key),
  after: fc.option(key),
  limit: fc.integer({ min: 1, max: 6 }),
});

it('does what a plain map does, command by command and page by page', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 25 }), fc.array(page, { maxLength: 3 }), (commands, pages) => {
      const fixture = new StoreFixture();
      const model = new Model();
      for (const one of commands) {
        const before = model.revision;
        const expected = model.run(one);
        const applied = fixture.applyEntry(fixture.entry(one));
        const result = resultOf(applied);
        expect(result.kind === 'failed' ? 'mismatch' : result).toEqual(expected);
        expect(applied.noticeCount).toBe(model.revision - before);
        expect(fixture.store.revision).toBe(model.revision);
      }
      for (const [key, { value, ...counters }] of model.entries) {
        const { entry } = fixture.get(key);
        expect(entry).toEqual({ key, value: new Uint8Array([value]), ...counters, lease: null, contentType: null });
      }
      for (const { prefix, after, limit } of pages) {
        const { entries, nextAfter } = fixture.list(prefix, after, limit);
        const keys = entries.map((entry) => entry.key);
        const expected = model.page(prefix, after, limit);
        expect({ keys, nextAfter }).toEqual({ keys: expected.keys, nextAfter: expected.more ? keys.at(-1) : null });
      }
    }),
    { numRuns: 10_000 },
  );
});
