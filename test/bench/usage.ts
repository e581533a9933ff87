import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a folder and all in it take on the disk, in bytes. */
export async function folderBytes(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true });
  const sizes = entries.map(async (entry) => {
    const within = join(path, entry.name);
    if (entry.isDirectory()) return folderBytes(within);
    // A file may be gone by now: snapshots come and go.
    return stat(within).then(
      ({ blocks }) => blocks * 512,
      () => 0,
    );
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** A process's memory of its own, in bytes, without what it maps of files (RssAnon). Linux only. */
export async function memoryBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status has no RssAnon`);
  return Number(kibibytes) * 1024;
}
