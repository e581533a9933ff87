import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSnapshotId } from '@quorate/wire';

const wholeSuffix = '.snapshot';
const partSuffix = '.part';

/** The folder of a group's snapshots: which are whole, which have come in part, and how many bytes of each there are. */
export class SnapshotFolder {
  readonly path: string;
  /** By id. Only a file that is whole and flushed has its name. */
  readonly whole = new Map<string, number>();
  /** By id, what has come from a peer, flushed. */
  readonly parts = new Map<string, number>();

  /** Opens the folder, or makes it, with those above it up to `root`. What was being written when the last process ended is removed. */
  constructor(path: string, root: string) {
    this.path = path;
    if (mkdirSync(path, { recursive: true }) !== undefined) flushUpTo(path, root);
    rmSync(this.draftPath, { force: true });
    for (const name of readdirSync(path)) this.#note(name);
  }

  /** The file that is being written here. */
  get draftPath(): string {
    return join(this.path, 'draft');
  }

  wholePath(id: string): string {
    return join(this.path, `${id}${wholeSuffix}`);
  }

  partPath(id: string): string {
    return join(this.path, `${id}${partSuffix}`);
  }

  #note(name: string): void {
    for (const [suffix, kept] of [
      [wholeSuffix, this.whole],
      [partSuffix, this.parts],
    ] as const) {
      const id = name.endsWith(suffix) ? name.slice(0, -suffix.length) : '';
      if (isSnapshotId(id)) kept.set(id, statSync(join(this.path, name)).size);
    }
  }
}

function flushUpTo(path: string, root: string): void {
  for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder)) {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
}
