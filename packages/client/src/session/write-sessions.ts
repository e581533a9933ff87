import { SESSION_SALT_LIMIT, type SessionCommand, type SessionPlace } from '@quorate/config-store';
import { apiSubject, encodeCommand, encodeRequest } from '@quorate/wire';
import { SessionExpired, Timeout } from '../errors.ts';
import type { GroupAccess } from '../group-access.ts';
import { resultIn } from '../reply-body.ts';
import { type WaitLimits, waitFor } from '../wait.ts';
import { OpenSession, sessionTtlMs } from './open-session.ts';

/** What a request that nobody waits for may take. */
const requestTimeoutMs = 10_000;

/** What became of opening a session. */
type Opening = { readonly session: OpenSession } | { readonly error: unknown };

/** The time that a write has left. */
export interface WriteLimits extends Pick<WaitLimits, 'lifetime'> {
  readonly deadlineMs: number;
  /** As its caller said it. */
  readonly timeoutMs: number;
}

/** The sessions of a store's writes: one at a time, opened by the first write that needs it. */
export class WriteSessions {
  readonly #access: GroupAccess;
  #current: OpenSession | null = null;
  #opening: Promise<Opening> | null = null;
  /** Those that are open: the current one, and such as wait for the end of their last writes. */
  readonly #open = new Set<OpenSession>();

  constructor(access: GroupAccess) {
    this.#access = access;
  }

  /** Sends a write in a session; one that has expired without having it done is replaced, and the write sent again. @throws what `send` throws, and what opening a session does */
  async write<Reply>(limits: WriteLimits, send: (place: SessionPlace) => Promise<Reply>): Promise<Reply> {
    for (;;) {
      const session = this.#current ?? (await this.#opened(limits));
      const place = session.begin();
      if (place === null) {
        session.retire();
        continue;
      }
      try {
        return await send(place);
      } catch (error) {
        // If it might have been done before it is no error of this kind.
        if (!(error instanceof SessionExpired)) throw error;
        session.expired();
      } finally {
        session.end(place);
      }
    }
  }

  /** Closes what is open, without waiting for it: what is lost of that expires by itself. */
  close(): void {
    const { cluster, group, inbox, known } = this.#access;
    const subject = apiSubject(cluster, group, 'session');
    for (const { id } of this.#open) {
      const body = encodeCommand({ kind: 'closeSession', session: id });
      inbox.askAll(subject, encodeRequest({ timeoutMs: requestTimeoutMs, body, cluster: known.tag }), () => {});
    }
    this.#open.clear();
  }

  async #opened({ lifetime, deadlineMs, timeoutMs }: WriteLimits): Promise<OpenSession> {
    const { clock } = this.#access;
    for (;;) {
      if (lifetime.ended) throw lifetime.error;
      const leftMs = Math.max(1, Math.ceil(deadlineMs - clock.now()));
      const others = this.#opening;
      const opening = others ?? this.#begin(leftMs);
      this.#opening = opening;
      // One of its own ends in time by itself, and with a reason.
      const waitMs = others === null ? Number.POSITIVE_INFINITY : leftMs;
      const outcome = await waitFor<Opening>({ clock, lifetime, timeoutMs: waitMs }, (settle) => {
        void opening.then(settle);
        return () => {};
      });
      if (outcome === null) throw new Timeout({ timeoutMs });
      if ('session' in outcome) return outcome.session;
      // Another write, which opened it, may have had less time than this one.
      if (others === null) throw outcome.error;
    }
  }

  /** For all writes that wait for one: so it ends with none of them. */
  async #begin(timeoutMs: number): Promise<Opening> {
    try {
      const salt = Math.floor(this.#access.clock.random() * SESSION_SALT_LIMIT);
      const body = await this.#send({ kind: 'openSession', ttlMs: sessionTtlMs, salt }, timeoutMs);
      const session = new OpenSession(resultIn(body, 'openSession').session, {
        clock: this.#access.clock,
        lifetime: this.#access.lifetime,
        send: (command) => this.#send(command, requestTimeoutMs),
        onRetired: (retired) => this.#retired(retired),
        onEnd: (ended) => void this.#open.delete(ended),
      });
      this.#open.add(session);
      this.#current = session;
      return { session };
    } catch (error) {
      return { error };
    } finally {
      this.#opening = null;
    }
  }

  #retired(session: OpenSession): void {
    if (this.#current === session) this.#current = null;
  }

  /** Any of these may be sent again: a session that is opened twice is one that nobody uses. */
  async #send(command: SessionCommand, timeoutMs: number): Promise<Uint8Array> {
    const { router, lifetime } = this.#access;
    const own = lifetime.child();
    try {
      return await router.request({
        endpoint: 'session',
        kind: 'read',
        body: encodeCommand(command),
        timeoutMs,
        lifetime: own,
      });
    } finally {
      own.over();
    }
  }
}
