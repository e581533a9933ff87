import { type ReadRequest, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class ReadRounds extends raftParts.ReadRounds {
  #joined: ReadRequest[] = [];

  override add(request: ReadRequest): void {
    if (this.asking) this.#joined.push(request);
    else super.add(request);
  }

  override finish(): ReturnType<InstanceType<typeof raftParts.ReadRounds>['finish']> {
    const finished = super.finish();
    if (finished === null) return null;
    const requests = [...finished.requests, ...this.#joined];
    this.#joined = [];
    return { ...finished, requests };
  }
}

/** One of the planted bugs. */
export const readJoinsRoundUnderWay: PlantedBug = {
  name: 'read-joins-round-under-way',
  breaks:
    'A read that comes during a round of confirmation is answered with it, by the index that was noted before the read came.',
  reference: 'Raft dissertation §6.4, steps 2 and 3',
  plant: { parts: { ReadRounds } },
};
