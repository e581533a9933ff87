import type { LogEntry } from '@quorate/raft';
import { Disk, type Write } from '../disk/disk.ts';
import type { PlantedBug } from './plant.ts';

class TrustingDisk extends Disk {
  /** What is there of the transaction counts, as far as it reads like entries. */
  override tear(writes: readonly Write[]): void {
    for (const write of writes) {
      if (write.kind !== 'append' || write.entries[0]?.index !== this.entries.length + 1) continue;
      const entries = write.entries.map((entry, place) => (place === write.entries.length - 1 ? torn(entry) : entry));
      this.commit([{ ...write, entries }]);
    }
  }
}

const torn = (entry: LogEntry): LogEntry => ({ ...entry, command: entry.command.slice(0, entry.command.length - 1) });

/** One of the planted bugs. */
export const tornWriteCounted: PlantedBug = {
  name: 'torn-write-counted',
  breaks: 'What power loss has left of the last write counts as the entry that it was to be: no checksum is looked at.',
  reference:
    'Alagappan and others, FAST 2018 (corrupt is not absent); nats-server#7549; the design: every record carries a CRC',
  plant: { disk: TrustingDisk },
};
