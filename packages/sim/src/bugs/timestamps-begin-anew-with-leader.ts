import { raftParts, timeBeforeLog } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class EntryClock extends raftParts.EntryClock {
  constructor(options: ConstructorParameters<typeof raftParts.EntryClock>[0]) {
    const { timestampUs } = timeBeforeLog;
    super({ ...options, lastTime: { ...options.lastTime, timestampUs } });
  }
}

/** See `breaks`. */
export const timestampsBeginAnewWithLeader: PlantedBug = {
  name: 'timestamps-begin-anew-with-leader',
  breaks: 'A new leader does not go on from the last timestamp of its log: where its clock is behind, time goes back.',
  reference: 'Kulkarni et al., OPODIS 2014, theorem 1: what happens later has the later timestamp',
  plant: { parts: { EntryClock } },
};
