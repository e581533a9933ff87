import { setTimeout as after } from 'node:timers/promises';

/** How long to look, and how often. */
export interface Patience {
  /** 30,000 unless given: other processes may keep the machine busy. */
  readonly timeoutMs?: number;
  /** 25 unless given. */
  readonly intervalMs?: number;
}

/**
 * Asks until there is an answer that is not null, and gives that. For what other processes do without telling.
 * @throws {Error} naming `what`, with the latest thing that `probe` threw, if there is none in time
 */
export async function eventually<Answer>(
  what: string,
  probe: () => Promise<Answer | null>,
  { timeoutMs = 30_000, intervalMs = 25 }: Patience = {},
): Promise<Answer> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown = null;
    const answer = await probe().catch((error: unknown) => {
      failure = error;
      return null;
    });
    if (answer !== null) return answer;
    if (performance.now() > deadlineMs) throw new Error(`not in ${timeoutMs} ms: ${what}`, { cause: failure });
    await after(intervalMs);
  }
}
