import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class UncommittedBytes extends raftParts.UncommittedBytes {
  readonly #mostBytes: number;

  constructor(mostBytes: number) {
    super(mostBytes);
    this.#mostBytes = mostBytes;
  }

  override hasRoomFor(command: { readonly command: Uint8Array }): boolean {
    return super.hasRoomFor(command) && this.bytes + command.command.length <= this.#mostBytes;
  }
}

/** One of the planted bugs. */
export const longCommandAlwaysRefused: PlantedBug = {
  name: 'long-command-always-refused',
  breaks: 'A command that alone is beyond the limit of what may be uncommitted is refused, however often it is tried.',
  reference: 'etcd/raft: maxUncommittedEntriesSize lets one proposal pass when nothing else is uncommitted',
  plant: { parts: { UncommittedBytes } },
};
