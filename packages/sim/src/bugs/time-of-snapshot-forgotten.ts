import { type EntryTime, raftParts, timeBeforeLog } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  override get lastTime(): EntryTime {
    return this.lastLogIndex < this.storage.firstIndex ? timeBeforeLog : super.lastTime;
  }
}

/** See `breaks`. */
export const timeOfSnapshotForgotten: PlantedBug = {
  name: 'time-of-snapshot-forgotten',
  breaks: 'A leader whose log is empty, and begins after a snapshot, counts time from zero.',
  reference: 'Rule 17: log time is carried in entries, and in what stands for them',
  plant: { parts: { LogState } },
};
