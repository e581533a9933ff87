import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Sees to it that a child process, stopped by SIGSTOP or not, does not outlive this process, however this process ends.
 *
 * A shell holds the reading end of a pipe whose writing end only this process has: when this process goes, by SIGKILL too, the
 * shell reads the end of the pipe and kills the child by its pid.
 */
export function endWithThisProcess(child: ChildProcess): void {
  if (child.pid === undefined) return;
  // A Ctrl-C goes to the whole process group: the shell has to survive it to do its work.
  const script = `trap '' INT TERM HUP; read -r _; kill -9 "$1" 2>/dev/null`;
  const watcher = spawn('/bin/sh', ['-c', script, 'end-with-parent', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  // Once the child is gone its pid may become another's.
  child.once('exit', () => watcher.kill('SIGKILL'));
}
