/** What a node tells its parent: that it has begun, and what of its disk it found to be damaged. */
export type NodeMessage = { readonly kind: 'ready' } | { readonly kind: 'damage'; readonly finding: string };

/** Reads what a child sent; null if it is nothing that a node says. */
export function nodeMessageOf(message: unknown): NodeMessage | null {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return null;
  if (message.kind === 'ready') return { kind: 'ready' };
  const isDamage = message.kind === 'damage' && 'finding' in message && typeof message.finding === 'string';
  return isDamage ? { kind: 'damage', finding: String(message.finding) } : null;
}

/** How long a process may take to end, once its parent is gone, before it is ended. */
const graceMs = 5_000;

/**
 * Sees to it that a process with an IPC channel ends when its parent is gone, by SIGKILL too: the kernel closes the channel.
 * Without a channel it does nothing. The answer ends the watch, and lets go of the channel.
 */
export function endWithParent(): () => void {
  if (process.send === undefined) return () => {};
  const end = (): void => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
  };
  process.once('disconnect', end);
  // The parent may have gone before anybody listened.
  if (!process.connected) end();
  return () => {
    process.off('disconnect', end);
    if (process.connected) process.disconnect();
  };
}

/** Tells the parent something, if there is one with an IPC channel. That it may have gone meanwhile is for `endWithParent`. */
export function tellParent(message: NodeMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
