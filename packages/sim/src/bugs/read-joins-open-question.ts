import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class ReadIndexQuestions extends raftParts.ReadIndexQuestions {
  readonly #all = new Set<number>();

  override add(...[request, known]: Parameters<InstanceType<typeof raftParts.ReadIndexQuestions>['add']>): void {
    this.#all.add(request);
    super.add(request, known);
  }

  override remove(request: number): void {
    this.#all.delete(request);
    super.remove(request);
  }

  override answered(
    ...[message, known]: Parameters<InstanceType<typeof raftParts.ReadIndexQuestions>['answered']>
  ): ReturnType<InstanceType<typeof raftParts.ReadIndexQuestions>['answered']> {
    const answer = super.answered(message, known);
    if (answer === null) return null;
    const requests = [...this.#all];
    for (const request of requests) this.remove(request);
    return { ...answer, requests };
  }
}

/** One of the planted bugs. */
export const readJoinsOpenQuestion: PlantedBug = {
  name: 'read-joins-open-question',
  breaks: 'A gateway answers reads with an index that it had asked for before they came.',
  reference: 'Raft dissertation §6.4: the index is asked for after the read; etcd#20418',
  plant: { parts: { ReadIndexQuestions } },
};
