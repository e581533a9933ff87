import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * What names this run of the operating system: as long as it is the same, what a process wrote is still in the page
 * cache although it was never flushed. Null where the system does not tell.
 */
export async function readBootId(): Promise<string | null> {
  try {
    const text = await bootIdText();
    return text === null || text.trim() === '' ? null : text.trim();
  } catch {
    return null;
  }
}

async function bootIdText(): Promise<string | null> {
  switch (process.platform) {
    case 'linux':
      return await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    case 'darwin':
      return (await promisify(execFile)('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])).stdout;
    default:
      return null;
  }
}
