import { type EntryTime, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class EntryClock extends raftParts.EntryClock {
  override next(): EntryTime {
    return { ...super.next(), timestampUs: this.realTimeUs() };
  }
}

/** See `breaks`. */
export const timestampOfWallClockAlone: PlantedBug = {
  name: 'timestamp-of-wall-clock-alone',
  breaks:
    'An entry has the time of the clock, and not one later than the entry before: when the clock is set back, so is the log.',
  reference: 'Kulkarni et al., OPODIS 2014, send or local event: the larger of the last timestamp and of physical time',
  plant: { parts: { EntryClock } },
};
