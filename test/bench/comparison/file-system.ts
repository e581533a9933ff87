import { readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';

const inMemory = ['tmpfs', 'ramfs', 'devtmpfs'];

/** The kind of file system that a folder is on, such as ext4; null where the operating system has no /proc to tell. */
export async function fileSystemOf(folder: string): Promise<string | null> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => null);
  return text === null ? null : fileSystemIn(text, resolve(folder));
}

/** The same, by the text of /proc/self/mountinfo. */
export function fileSystemIn(mountInfo: string, folder: string): string | null {
  const mounts = mountInfo.trimEnd().split('\n').flatMap(mountOf);
  const around = mounts.filter(({ point }) => `${folder}${sep}`.startsWith(point === sep ? sep : `${point}${sep}`));
  // Of two mounts at one point, the later one is seen.
  const [nearest] = around.reverse().toSorted((one, other) => other.point.length - one.point.length);
  return nearest?.kind ?? null;
}

/** Whether a flush costs nothing there. */
export const isInMemory = (fileSystem: string | null): boolean => fileSystem !== null && inMemory.includes(fileSystem);

/** `36 35 98:0 / /var/tmp rw,noatime master:1 - ext4 /dev/root rw`: the point is the fifth, the kind follows the dash. */
function mountOf(line: string): readonly { readonly point: string; readonly kind: string }[] {
  const [before = '', after = ''] = line.split(' - ');
  const point = before.split(' ')[4]?.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
  const kind = after.split(' ')[0];
  return point === undefined || kind === undefined ? [] : [{ point, kind }];
}
