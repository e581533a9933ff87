import { type LogIndex, logIndex, raftParts, type Term } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

type Pursue = InstanceType<typeof raftParts.Transfer>['pursue'];

class Transfer extends raftParts.Transfer {
  override pursue(...[grant, progress]: Parameters<Pursue>): void {
    super.pursue(grant, { ...progress, lastLogIndex: logIndex(0) });
  }
}

/** It is the leader's own choice, and the leader knows best. */
class Voting extends raftParts.Voting {
  protected override isUpToDate(candidate: {
    readonly lastLogIndex: LogIndex;
    readonly lastLogTerm: Term;
    readonly isTransfer?: boolean;
  }): boolean {
    return candidate.isTransfer === true || super.isUpToDate(candidate);
  }
}

/** See `breaks`. */
export const transferToLaggingNode: PlantedBug = {
  name: 'transfer-to-lagging-node',
  breaks:
    'A node that has not the whole log is asked to lead, and its log is not looked at, since the leader chose it.',
  reference: 'dissertation §3.10: the prior leader brings the log up to date first; hashicorp/raft#487',
  plant: { parts: { Transfer, Voting } },
};
