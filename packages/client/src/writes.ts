import { type BoundWrite, type Command, checkCommand, type Write } from '@quorate/config-store';
import { checkCommandBytes, encodeCommand, writeEndpointOf } from '@quorate/wire';
import { checkFenceOption, checkNode, checkTimeoutMs } from './check-options.ts';
import type { GroupAccess } from './group-access.ts';
import type { TransactionOptions } from './options.ts';
import { WriteSessions } from './session/write-sessions.ts';

/** What goes through the log, in a session or without one. */
export class Writes {
  readonly #access: GroupAccess;
  /** Null if writes go without. */
  readonly #sessions: WriteSessions | null;

  constructor(access: GroupAccess, { sessions }: { readonly sessions: boolean }) {
    this.#access = access;
    this.#sessions = sessions ? new WriteSessions(access) : null;
  }

  /** The body of the reply. @throws {QuorateError} */
  async write(unbound: Write, options: TransactionOptions): Promise<Uint8Array> {
    const write: BoundWrite = { ...unbound, ...checkFenceOption(options.fence) };
    checkCommand(write);
    const { router, clock } = this.#access;
    const timeoutMs = checkTimeoutMs(options.timeoutMs, this.#access.timeoutMs);
    const to = { endpoint: writeEndpointOf(write), node: checkNode(options.node) };
    const deadlineMs = clock.now() + timeoutMs;
    const lifetime = this.#access.lifetime.child(options.signal);
    try {
      if (this.#sessions === null) {
        return await router.request({ ...to, kind: 'write', body: bodyOf(write), timeoutMs, lifetime });
      }
      return await this.#sessions.write({ lifetime, deadlineMs, timeoutMs }, async (inSession) => {
        const leftMs = Math.max(1, Math.ceil(deadlineMs - clock.now()));
        const body = bodyOf({ ...write, inSession });
        return router.request({ ...to, kind: 'sessionWrite', body, timeoutMs: leftMs, lifetime });
      });
    } finally {
      lifetime.over();
    }
  }

  /** The same for a write that may be done again whenever its answer is lost, because a second time changes nothing more: it needs no session. @throws {QuorateError} */
  async repeat(unbound: Write, options: TransactionOptions): Promise<Uint8Array> {
    const write: BoundWrite = { ...unbound, ...checkFenceOption(options.fence) };
    checkCommand(write);
    const timeoutMs = checkTimeoutMs(options.timeoutMs, this.#access.timeoutMs);
    const to = { endpoint: writeEndpointOf(write), node: checkNode(options.node) };
    const lifetime = this.#access.lifetime.child(options.signal);
    try {
      return await this.#access.router.request({ ...to, kind: 'read', body: bodyOf(write), timeoutMs, lifetime });
    } finally {
      lifetime.over();
    }
  }

  /** Ends what stands open for them. */
  close(): void {
    this.#sessions?.close();
  }
}

/** @throws {TransactionTooLarge} */
function bodyOf(command: Command): Uint8Array {
  const body = encodeCommand(command);
  checkCommandBytes(body);
  return body;
}
