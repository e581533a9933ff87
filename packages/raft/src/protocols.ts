import { applierProtocol } from './applier/messages.ts';
import { diskAlarmProtocol } from './disk-alarm/messages.ts';
import { electionProtocol } from './election/messages.ts';
import { apiProtocol, gatewayProtocol } from './gateway/messages.ts';
import { leaderProtocol } from './leader/messages.ts';
import { logStoreProtocol } from './log-store/messages.ts';
import type { Protocol } from './protocol.ts';
import { replicatorProtocol } from './replicator/messages.ts';
import { stageMemoryProtocol } from './stage-memory/messages.ts';
import { stateCheckProtocol } from './state-check/messages.ts';

/** Every actor of a group with what it accepts, by the first part of its name. */
const protocols: Readonly<Record<string, Protocol>> = {
  logStore: logStoreProtocol,
  election: electionProtocol,
  leader: leaderProtocol,
  replicator: replicatorProtocol,
  applier: applierProtocol,
  gateway: gatewayProtocol,
  api: apiProtocol,
  diskAlarm: diskAlarmProtocol,
  stateCheck: stateCheckProtocol,
  stageMemory: stageMemoryProtocol,
};

/** What the actor of that name accepts; null if there is no such actor. `replicator/n2` is a replicator. */
export function protocolOf(actor: string): Protocol | null {
  const [kind = '', child, ...rest] = actor.split('/');
  if ((child !== undefined) !== (kind === 'replicator') || rest.length > 0) return null;
  return Object.hasOwn(protocols, kind) ? (protocols[kind] ?? null) : null;
}

const peerKinds: ReadonlySet<string> = new Set(Object.values(protocols).flatMap(({ peer }) => Object.keys(peer)));

/** The kinds of messages between nodes that are answered, by a message of the same kind with `Reply` after it. */
export const answeredKinds: ReadonlySet<string> = new Set(
  [...peerKinds].filter((kind) => peerKinds.has(`${kind}Reply`)),
);
