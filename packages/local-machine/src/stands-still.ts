import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Resolves when the last thread of a process has obeyed SIGSTOP; at once where the operating system has no /proc to tell. */
export async function standsStill(pid: number): Promise<void> {
  const folder = `/proc/${pid}/task`;
  while (true) {
    const threads = await readdir(folder).catch(() => []);
    const stats = await Promise.all(threads.map((id) => readFile(join(folder, id, 'stat'), 'utf8').catch(() => '')));
    // The state follows the name, which stands in parentheses.
    if (stats.every((stat) => stat === '' || / T /.test(stat.slice(stat.lastIndexOf(')'))))) return;
    await nextTurn();
  }
}
