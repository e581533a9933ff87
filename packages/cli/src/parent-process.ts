/** What a node tells its parent once it has begun. */
export const readyMessage = 'ready';

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
export function tellParent(message: string): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
