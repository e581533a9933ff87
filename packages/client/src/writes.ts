import { type BoundWrite, checkCommand, type SessionPlace, type Write } from '@quorate/config-store';
import { checkCommandBytes, encodeWrite, writeEndpointOf } from '@quorate/wire';
import { checkFenceOption, checkNode, checkTimeoutMs } from './check-options.ts';
import type { GroupAccess } from './group-access.ts';
import type { TransactionOptions } from './options.ts';
import { WriteSessions } from './session/write-sessions.ts';

/** What goes through the log, in a session or without one. */
export class Writes {
  readonly #access: GroupAccess;
  /** Who writes, if that was said. */
  readonly #client: Pick<BoundWrite, 'client'> | null;
  /** Null if writes go without. */
  readonly #sessions: WriteSessions | null;

  constructor(
    access: GroupAccess,
    { sessions, client }: { readonly sessions: boolean; readonly client?: string | undefined },
  ) {
    this.#access = access;
    this.#client = client === undefined ? null : { client };
    this.#sessions = sessions ? new WriteSessions(access) : null;
  }

  /** The body of the reply. @throws {QuorateError} */
  async write(unbound: Write, options: TransactionOptions): Promise<Uint8Array> {
    const write = this.#bound(unbound, options);
    checkCommand(write);
    const { router, clock } = this.#access;
    const timeoutMs = checkTimeoutMs(options.timeoutMs, this.#access.timeoutMs);
    const endpoint = writeEndpointOf(write);
    const node = checkNode(options.node);
    const deadlineMs = clock.now() + timeoutMs;
    const call = this.#access.lifetime.call(options.signal);
    const { lifetime } = call;
    try {
      if (this.#sessions === null) {
        const body = bodyOf(write, undefined);
        return await router.request({ endpoint, node, kind: 'write', body, timeoutMs, lifetime });
      }
      return await this.#sessions.write({ lifetime, deadlineMs, timeoutMs }, (inSession) => {
        const leftMs = Math.max(1, Math.ceil(deadlineMs - clock.now()));
        const body = bodyOf(write, inSession);
        return router.request({ endpoint, node, kind: 'sessionWrite', body, timeoutMs: leftMs, lifetime });
      });
    } finally {
      call.over();
    }
  }

  /** The same for a write that may be done again whenever its answer is lost, because a second time changes nothing more: it needs no session. @throws {QuorateError} */
  async repeat(unbound: Write, options: TransactionOptions): Promise<Uint8Array> {
    const write = this.#bound(unbound, options);
    checkCommand(write);
    const timeoutMs = checkTimeoutMs(options.timeoutMs, this.#access.timeoutMs);
    const endpoint = writeEndpointOf(write);
    const node = checkNode(options.node);
    const call = this.#access.lifetime.call(options.signal);
    try {
      const body = bodyOf(write, undefined);
      const { lifetime } = call;
      return await this.#access.router.request({ endpoint, node, kind: 'read', body, timeoutMs, lifetime });
    } finally {
      call.over();
    }
  }

  /** @throws {InvalidFence} */
  #bound(write: Write, { fence }: TransactionOptions): BoundWrite {
    if (fence === undefined && this.#client === null) return write;
    return { ...write, ...checkFenceOption(fence), ...this.#client };
  }

  /** Ends what stands open for them. */
  close(): void {
    this.#sessions?.close();
  }
}

/** @throws {TransactionTooLarge} */
function bodyOf(write: BoundWrite, inSession: SessionPlace | undefined): Uint8Array {
  const body = encodeWrite(write, inSession);
  checkCommandBytes(body);
  return body;
}
