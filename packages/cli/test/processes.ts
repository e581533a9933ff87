import { setTimeout as sleep } from 'node:timers/promises';
import { quorate } from './command.ts';

/** A node as `quorate status --json` shows it. */
interface NodeStatus {
  readonly id: string;
  readonly pid: number;
  readonly role: string;
}

/** How the nodes of a cluster stand. */
export async function statusAt(url: string): Promise<{ readonly leader: string | null; readonly nodes: NodeStatus[] }> {
  const { stdout, stderr } = await quorate(['status', '--json', '--nats', url]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** Whether a process of that pid runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends processes that a test has left behind because it failed. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids.filter(isRunning)) process.kill(pid, 'SIGKILL');
}

/** Resolves when none of the processes runs any more; rejects with the pids of those that do after ten seconds. */
export async function gone(pids: readonly number[]): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  for (;;) {
    const left = pids.filter(isRunning);
    if (left.length === 0) return;
    if (performance.now() > deadlineMs) throw new Error(`still running: ${left.join(', ')}`);
    // The end of a process that is no child of ours comes with no event.
    await sleep(20);
  }
}
