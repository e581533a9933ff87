import type { LogEntry } from '@quorate/raft';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Command, type CommandResult, ConfigStore, MemoryTables } from '../src/index.ts';
import { jsonCodec, toBytes } from './json-codec.ts';
import { entryAt, resultOf } from './store-fixture.ts';

/** What a client does next. Sessions are named by how many were opened before; one that was not opened yet is a wrong id. */
type Step =
  | { readonly kind: 'open'; readonly ttlMs: number }
  | { readonly kind: 'write'; readonly session: number; readonly floor: number; readonly ahead: number }
  | { readonly kind: 'keep'; readonly session: number; readonly floor: number }
  | { readonly kind: 'close'; readonly session: number }
  | { readonly kind: 'plainWrite' };

interface ModelSession {
  readonly ttlMs: number;
  heardAtMs: number;
  floor: number;
  /** Of every write that was ever done, forgotten or not. */
  readonly results: Map<number, number>;
}

/** The sessions, said as plainly as possible: all are looked at whenever time passes, and no result is ever dropped. */
class Model {
  readonly sessions = new Map<number, ModelSession>();
  revision = 0;

  run(index: number, nowMs: number, command: Command): string {
    for (const [id, { heardAtMs, ttlMs }] of this.sessions) {
      if (nowMs >= heardAtMs + ttlMs) this.sessions.delete(id);
    }
    switch (command.kind) {
      case 'openSession':
        this.sessions.set(index, { ttlMs: command.ttlMs, heardAtMs: nowMs, floor: 0, results: new Map() });
        return `openSession ${index}`;
      case 'closeSession':
        this.sessions.delete(command.session);
        return 'closeSession';
      case 'keepSession':
        return this.#heard(command, nowMs) === null ? 'SessionExpired' : 'keepSession';
      default:
        return this.#write(command, nowMs);
    }
  }

  #write(
    { inSession }: Command & { readonly inSession?: { session: number; sequence: number; floor: number } },
    nowMs: number,
  ): string {
    if (inSession === undefined) return this.#put();
    const session = this.#heard(inSession, nowMs);
    if (session === null) return 'SessionExpired';
    if (inSession.sequence <= session.floor) return 'SequencePassed';
    const known = session.results.get(inSession.sequence);
    if (known !== undefined) return `put ${known}`;
    const result = this.#put();
    session.results.set(inSession.sequence, this.revision);
    return result;
  }

  #heard({ session, floor }: { readonly session: number; readonly floor: number }, nowMs: number): ModelSession | null {
    const found = this.sessions.get(session) ?? null;
    if (found === null) return null;
    found.heardAtMs = nowMs;
    found.floor = Math.max(found.floor, floor);
    return found;
  }

  #put(): string {
    this.revision += 1;
    return `put ${this.revision}`;
  }
}

const session = fc.nat({ max: 4 });
const floor = fc.nat({ max: 8 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('open' as const), ttlMs: fc.constantFrom(1_000, 1_700, 4_000) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      session,
      floor,
      ahead: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('keep' as const), session, floor }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), session }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('plainWrite' as const) }) },
);

const put = { kind: 'put', key: '/a', value: new Uint8Array(0) } as const;

function commandOf(step: Step, opened: readonly number[]): Command {
  const idOf = (place: number): number => opened[place] ?? 1_000_000;
  switch (step.kind) {
    case 'open':
      return { kind: 'openSession', ttlMs: step.ttlMs };
    case 'write': {
      const { floor: below, ahead } = step;
      return { ...put, inSession: { session: idOf(step.session), sequence: below + ahead, floor: below } };
    }
    case 'keep':
      return { kind: 'keepSession', session: idOf(step.session), floor: step.floor };
    case 'close':
      return { kind: 'closeSession', session: idOf(step.session) };
    case 'plainWrite':
      return put;
  }
}

function textOf(result: CommandResult): string {
  switch (result.kind) {
    case 'put':
      return `put ${result.revision}`;
    case 'openSession':
      return `openSession ${result.session}`;
    case 'failed':
      return result.error.code;
    default:
      return result.kind;
  }
}

it('sessions do what a plain table of them does, whatever overtakes what, and however entries come together', () => {
  const steps = fc.array(fc.tuple(step, fc.nat({ max: 900 })), { maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 9 }), (drawn, batchLength) => {
      const store = new ConfigStore({ tables: new MemoryTables(), codec: jsonCodec, stream: 'main.config' });
      const model = new Model();
      const opened: number[] = [];
      const entries: LogEntry[] = [];
      const expected: string[] = [];
      let nowMs = 0;
      for (const [one, laterMs] of drawn) {
        const index = entries.length + 1;
        // Time stands still more often than not.
        nowMs += Math.max(0, laterMs - 500);
        const command = commandOf(one, opened);
        if (one.kind === 'open') opened.push(index);
        entries.push(entryAt(index, { command: toBytes(command), logTimeMs: nowMs }));
        expected.push(model.run(index, nowMs, command));
      }
      const found: string[] = [];
      for (let at = 0; at < entries.length; at += batchLength) {
        const applied = store.apply(entries.slice(at, at + batchLength));
        found.push(...applied.map((one) => textOf(resultOf(one))));
      }
      expect(found).toEqual(expected);
      expect(store.revision).toBe(model.revision);
    }),
    { numRuns: 2_000 },
  );
});
