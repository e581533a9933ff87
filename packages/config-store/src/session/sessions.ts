import { invariant, type LogEntry } from '@quorate/raft';
import type { EncodedOutcome } from '../outcome.ts';
import type { StateHash } from '../state-hash/state-hash.ts';
import { sessionCountTable } from '../tables/session-count-table.ts';
import { type SessionCheck, sessionExpiryTable } from '../tables/session-expiry-table.ts';
import { sessionsTable } from '../tables/sessions-table.ts';
import type { TablesWriter } from '../tables/tables.ts';
import { SequencePassed, SessionExpired, TooManySessions } from './errors.ts';
import type { KnownSessions } from './known-sessions.ts';
import { MAX_SESSIONS } from './limits.ts';
import { LiveSession } from './live-session.ts';
import type { OpenSessionCommand, SessionCommand, SessionPlace, SessionResult } from './session-commands.ts';
import type { SessionExpiry } from './session-expiry.ts';

/** An entry looks at so many sessions that may have expired, and one that finds no place for another at so many: no other entry waits long for it. */
const checkedByEntry = 16;
const checkedForPlace = 256;

/** What has become of a session in a batch. */
interface Touched {
  /** Null if it has ended. */
  readonly live: LiveSession | null;
  isChanged: boolean;
}

/**
 * The sessions while a batch of entries is applied (Raft, dissertation §6.3): each is read once and written once. They are rows of the state machine and nowhere
 * else, and so in every snapshot: a session that a node or a new leader lacked would have a write done again that was done before.
 */
export class Sessions {
  readonly #writer: TablesWriter;
  readonly #expiry: SessionExpiry;
  readonly #hash: StateHash;
  readonly #known: KnownSessions;
  readonly #before: ReadonlyMap<number, LiveSession>;
  readonly #touched = new Map<number, Touched>();

  /** `hash` takes whatever is done to a session; `known` those of the batch before. */
  constructor(writer: TablesWriter, expiry: SessionExpiry, hash: StateHash, known: KnownSessions) {
    this.#writer = writer;
    this.#expiry = expiry;
    this.#hash = hash;
    this.#known = known;
    this.#before = known.take(writer.progress.lastApplied);
  }

  /** @throws {TooManySessions | SessionExpired} */
  run(command: SessionCommand, entry: LogEntry): SessionResult {
    switch (command.kind) {
      case 'openSession':
        return { kind: 'openSession', session: this.#open(command, entry) };
      case 'keepSession':
        this.#heard(command.session, command.floor, entry);
        return { kind: 'keepSession' };
      case 'closeSession':
        this.#close(command.session);
        return { kind: 'closeSession' };
      default:
        return command satisfies never;
    }
  }

  /**
   * Does a write of a session, unless it was done before: then its result is what it was. What `write` gives is kept, whether the write succeeded or failed: a comparison that
   * did not hold then might hold now, and the client may know already that it did not.
   * @throws {SessionExpired | SequencePassed} and nothing is done
   */
  once(
    { session, sequence, floor }: SessionPlace,
    entry: LogEntry,
    write: (checkResult: (result: Uint8Array) => void) => EncodedOutcome,
  ): EncodedOutcome {
    const live = this.#heard(session, floor, entry);
    if (sequence <= live.floor) throw new SequencePassed({ sequence: String(sequence), floor: String(live.floor) });
    const kept = live.resultOf(sequence);
    if (kept !== null) return { result: kept, changes: [] };
    const outcome = write((result) => live.checkRoom(result));
    live.keep(sequence, outcome.result);
    this.#hashResult(sequence, outcome);
    return outcome;
  }

  /** After each entry: those that have expired by its time go. No clock of this node's has a say, so that all nodes have the same sessions. */
  afterEntry(entry: LogEntry): void {
    this.#sweep(entry, checkedByEntry);
  }

  /** Writes down what has changed. */
  store(): void {
    const left: (readonly [number, LiveSession])[] = [];
    for (const [session, { live, isChanged }] of this.#touched) {
      if (live !== null) left.push([session, live]);
      if (!isChanged) continue;
      if (live === null) this.#writer.delete(sessionsTable, session);
      else this.#writer.put(sessionsTable, session, live.row);
    }
    this.#touched.clear();
    this.#known.know(left, this.#writer.progress.lastApplied);
  }

  #open({ ttlMs, salt = 0 }: OpenSessionCommand, entry: LogEntry): number {
    if (this.#count >= MAX_SESSIONS) this.#sweep(entry, checkedForPlace);
    if (this.#count >= MAX_SESSIONS) throw new TooManySessions({ limit: MAX_SESSIONS });
    const { index, logTimeMs } = entry;
    const session = index + salt;
    const checkedAtMs = logTimeMs + ttlMs;
    const live = new LiveSession({ ttlMs, heardAtMs: logTimeMs, checkedAtMs, floor: 0, results: [] });
    this.#touched.set(session, { live, isChanged: true });
    this.#writer.put(sessionExpiryTable, { atMs: checkedAtMs, session }, true);
    this.#writer.put(sessionCountTable, null, this.#count + 1);
    this.#expiry.note(checkedAtMs);
    for (const counter of [session, ttlMs, checkedAtMs]) this.#hash.counter(counter);
    return session;
  }

  #close(session: number): void {
    const live = this.#find(session);
    if (live !== null) this.#remove(session, live);
  }

  /** The session, which its client has given a sign of life. @throws {SessionExpired} */
  #heard(session: number, floor: number, entry: LogEntry): LiveSession {
    const touched = this.#touch(session);
    const { live } = touched;
    // It may be there still, if many have expired at once: whether its time is over does not depend on that.
    if (live === null || live.expiresAtMs <= entry.logTimeMs) throw new SessionExpired({ session: String(session) });
    live.heardAtMs = entry.logTimeMs;
    live.raiseFloor(floor);
    touched.isChanged = true;
    for (const counter of [session, live.heardAtMs, live.floor]) this.#hash.counter(counter);
    return live;
  }

  /** Of a failure its code alone: what is said about it may be put into other words by another version. */
  #hashResult(sequence: number, { result, failure }: EncodedOutcome): void {
    this.#hash.counter(sequence);
    if (failure === undefined) this.#hash.bytes(result);
    else this.#hash.text(failure);
  }

  #sweep(entry: LogEntry, limit: number): void {
    for (const check of this.#expiry.due(this.#writer, entry, limit)) this.#look(check, entry.logTimeMs);
  }

  #look({ session, atMs }: SessionCheck, nowMs: number): void {
    const live = this.#find(session);
    invariant(live !== null, () => `session ${session} is to be looked at, and there is none`);
    if (live.expiresAtMs <= nowMs) return this.#remove(session, live);
    this.#writer.delete(sessionExpiryTable, { atMs, session });
    live.checkedAtMs = live.expiresAtMs;
    this.#hash.counter(session);
    this.#hash.counter(live.checkedAtMs);
    this.#writer.put(sessionExpiryTable, { atMs: live.checkedAtMs, session }, true);
    this.#touched.set(session, { live, isChanged: true });
  }

  #remove(session: number, live: LiveSession): void {
    this.#hash.counter(session);
    this.#writer.delete(sessionExpiryTable, { atMs: live.checkedAtMs, session });
    this.#writer.put(sessionCountTable, null, this.#count - 1);
    this.#touched.set(session, { live: null, isChanged: true });
  }

  #find(session: number): LiveSession | null {
    return this.#touch(session).live;
  }

  #touch(session: number): Touched {
    const known = this.#touched.get(session);
    if (known !== undefined) return known;
    const touched = { live: this.#before.get(session) ?? this.#read(session), isChanged: false };
    this.#touched.set(session, touched);
    return touched;
  }

  #read(session: number): LiveSession | null {
    const row = this.#writer.get(sessionsTable, session);
    return row === null ? null : new LiveSession(row);
  }

  get #count(): number {
    return this.#writer.get(sessionCountTable, null) ?? 0;
  }
}
