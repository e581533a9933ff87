import type { RandomStream } from '../host/random-stream.ts';
import type { ClockFault } from './clock-faults.ts';
import type { Fault, FaultKind, MessageRates, Victim } from './fault.ts';
import { drawMeeting, lossBeforeSilence, overtakenTail } from './meetings.ts';
import { wantedChanges } from './member-changes.ts';
import { drawMemberMeeting } from './member-meetings.ts';
import { drawMoments, type FaultWindow } from './moments.ts';
import { drawSnapshotMeeting } from './snapshot-meetings.ts';

const kinds = ['storm', 'partition', 'pause', 'crash', 'slowDisk', 'clockJump'] as const;

/** Draws the changes of the members in a run. */
export function drawMemberChanges(random: RandomStream, window: FaultWindow): readonly Fault[] {
  const momentOf = drawMoments(random, window);
  const changes = Array.from(
    { length: 3 + random.below(14) },
    (): Fault => ({
      kind: 'changeMembers',
      atMs: Math.floor(momentOf()),
      wanted: random.pick(wantedChanges),
      asks: 'anyNode',
    }),
  );
  const meetings = Array.from({ length: random.below(6) }, () => drawMemberMeeting(random, momentOf()));
  return [...changes, ...meetings.flat()].filter(({ atMs }) => atMs < window.untilMs);
}

/** Draws when leadership is to be handed over in a run, and to whom. */
export function drawTransfers(random: RandomStream, nodes: number, window: FaultWindow): readonly Fault[] {
  const momentOf = drawMoments(random, window);
  return Array.from({ length: random.below(12) }, () => ({
    kind: 'transfer',
    atMs: Math.floor(momentOf()),
    target: random.chance(0.3) ? null : random.below(nodes),
  }));
}

/** Draws when single nodes take a snapshot in a run, and what a snapshot may meet on its way to a peer. */
export function drawSnapshots(random: RandomStream, nodes: number, window: FaultWindow): readonly Fault[] {
  const momentOf = drawMoments(random, window);
  const taken = Array.from({ length: random.below(10) }, () => draw('snapshot', momentOf(), nodes, random));
  const meetings = Array.from({ length: random.below(8) }, () => drawSnapshotMeeting(random, momentOf(), nodes));
  return [...taken, ...meetings.flat()].filter(({ atMs }) => atMs < window.untilMs);
}

/** Draws when nodes lose their connections to NATS in a run: all of them where the server restarts. */
export function drawBusLosses(random: RandomStream, nodes: number, window: FaultWindow): readonly Fault[] {
  const momentOf = drawMoments(random, window);
  return Array.from({ length: random.below(7) }, () => draw('busLost', momentOf(), nodes, random)).filter(
    ({ atMs }) => atMs < window.untilMs,
  );
}

/** Draws of each partition whom NATS tells that nobody listens on the other side. */
export function drawTold(random: RandomStream, faults: readonly Fault[]): readonly Fault[] {
  return faults.map((fault) => {
    if (fault.kind !== 'partition') return fault;
    return { ...fault, told: random.pick(['nobody', 'nobody', 'both', 'victims', 'others'] as const) };
  });
}

/** Draws when records of the nodes' logs are damaged in a run. */
export function drawDamagedRecords(random: RandomStream, nodes: number, window: FaultWindow): readonly Fault[] {
  const momentOf = drawMoments(random, window);
  const times = 1 + random.below(6);
  const faults = Array.from({ length: times }, () => draw('damagedRecords', momentOf(), nodes, random));
  return faults.filter(({ atMs }) => atMs < window.untilMs);
}

/** Draws leaders that are cut off with what only they have, and lose records of just that. */
export function drawOvertakenTails(random: RandomStream, window: FaultWindow): readonly Fault[] {
  const momentOf = drawMoments(random, window);
  const faults = Array.from({ length: 1 + random.below(5) }, () => overtakenTail(random, momentOf()));
  return faults.flat().filter(({ atMs }) => atMs < window.untilMs);
}

/** Draws what goes wrong in a run: for each kind whether it happens at all, how often, and each time how. */
export function drawFaults(random: RandomStream, nodes: number, window: FaultWindow): readonly Fault[] {
  const faults: Fault[] = [];
  const momentOf = drawMoments(random, window);
  for (const kind of kinds) {
    if (random.chance(0.3)) continue;
    const most = kind === 'crash' ? 14 : 9;
    const times = 1 + random.below(most);
    for (let time = 0; time < times; time += 1) {
      faults.push(draw(kind, momentOf(), nodes, random));
    }
  }
  if (random.chance(0.15)) {
    const lost = 1 + random.below(Math.floor((nodes - 1) / 2));
    for (let victim = 0; victim < lost; victim += 1) {
      faults.push({ ...lostDisk(momentOf(), random), victim });
    }
  }
  if (random.chance(0.3)) {
    const times = 1 + random.below(5);
    for (let time = 0; time < times; time += 1) faults.push(draw('damagedDisk', momentOf(), nodes, random));
  }
  if (random.chance(0.5)) {
    const meetings = 1 + random.below(4);
    for (let time = 0; time < meetings; time += 1) faults.push(...drawMeeting(random, momentOf(), nodes));
  }
  if (random.chance(0.3)) faults.push(lossBeforeSilence(random, window.untilMs));
  return faults.filter(({ atMs }) => atMs < window.untilMs).sort((one, other) => one.atMs - other.atMs);
}

function draw(kind: Exclude<FaultKind, ClockFault['kind']>, at: number, nodes: number, random: RandomStream): Fault {
  const atMs = Math.floor(at);
  switch (kind) {
    case 'storm':
      return {
        kind,
        atMs,
        durationMs: random.between(200, 5000),
        between: ratesOf(random, 0.8),
        within: ratesOf(random, 0.4),
        clients: { lost: sometimes(random, 0.4, 0.2), late: sometimes(random, 0.5, 0.4) },
        maxLateMs: 10 ** random.between(1, 3.6),
        reordered: random.chance(0.7),
      };
    case 'partition':
      return {
        kind,
        atMs,
        durationMs: random.between(100, 3500),
        shape: random.pick(['symmetric', 'symmetric', 'oneWayOut', 'oneWayIn', 'pair']),
        victim: oneOf(nodes, random),
        company: random.below(Math.ceil(nodes / 2)),
      };
    case 'busLost':
      return {
        kind,
        atMs,
        durationMs: 10 ** random.between(1, 3.5),
        victim: random.chance(0.4) ? 'all' : oneOf(nodes, random),
        spreadMs: random.between(0, 150),
      };
    case 'pause':
      return { kind, atMs, durationMs: 10 ** random.between(1, 3.5), victim: anyOf(nodes, random) };
    case 'crash':
      return {
        kind,
        atMs,
        durationMs: 10 ** random.between(0.5, 3.6),
        victim: anyOf(nodes, random),
        ending: random.pick(['stopped', 'killed', 'powerLost', 'powerLost', 'flushFailed']),
        afterSends: random.below(12),
        lastFlush: random.pick(['arrived', 'torn', 'lost']),
        stateLeft: random.pick(['all', 'older', 'nothing']),
      };
    case 'slowDisk':
      return {
        kind,
        atMs,
        durationMs: random.between(200, 5000),
        victim: anyOf(nodes, random),
        maxFlushMs: 10 ** random.between(0.5, 3.3),
        isSteady: random.chance(0.5),
      };
    case 'slowFiles':
      return {
        kind,
        atMs,
        durationMs: random.between(200, 5000),
        victim: anyOf(nodes, random),
        maxMs: random.between(20, 400),
      };
    case 'senderGone':
      return {
        kind,
        atMs,
        withinMs: random.between(500, 3000),
        durationMs: random.between(300, 1500),
        maxMs: random.between(50, 1500),
        maxFlushMs: 0,
      };
    case 'clockJump':
      return { kind, atMs, victim: anyOf(nodes, random), byMs: 10 ** random.between(1, 4) };
    case 'changeMembers':
      return { kind, atMs, wanted: random.pick(wantedChanges), asks: 'anyNode' };
    case 'snapshot':
      return { kind, atMs, victim: anyOf(nodes, random) };
    case 'transfer':
      return { kind, atMs, target: random.below(nodes) };
    case 'lostDisk':
      return { ...lostDisk(at, random), victim: oneOf(nodes, random) };
    case 'damagedDisk':
      return {
        kind,
        atMs,
        durationMs: 10 ** random.between(0.5, 3),
        victim: oneOf(nodes, random),
        hasSnapshots: random.chance(0.7),
      };
    case 'damagedRecords': {
      const victim = random.chance(0.5) ? 'spread' : oneOf(nodes, random);
      return {
        kind,
        atMs,
        victim,
        records: 1 + Math.floor(10 ** random.between(0, 1.7)),
        isLegible: victim === 'spread' || random.chance(0.5),
        durationMs: 10 ** random.between(0.5, 3),
        picks: random.below(1e9),
      };
    }
    default:
      return kind satisfies never;
  }
}

function lostDisk(at: number, random: RandomStream): Omit<Extract<Fault, { kind: 'lostDisk' }>, 'victim'> {
  const durationMs = 10 ** random.between(0.5, 3.6);
  const copyAgeMs = random.chance(0.5) ? 10 ** random.between(2, 4) : null;
  return { kind: 'lostDisk', atMs: Math.floor(at), durationMs, copyAgeMs };
}

function ratesOf(random: RandomStream, chance: number): MessageRates {
  if (!random.chance(chance)) return { lost: 0, doubled: 0, late: 0 };
  return {
    lost: sometimes(random, 0.7, 0.33),
    doubled: sometimes(random, 0.5, 0.3),
    late: sometimes(random, 0.6, 0.4),
  };
}

const sometimes = (random: RandomStream, chance: number, most: number): number =>
  random.chance(chance) ? random.next() * most : 0;

const oneOf = (nodes: number, random: RandomStream): number | 'leader' =>
  random.chance(0.5) ? 'leader' : random.below(nodes);

const anyOf = (nodes: number, random: RandomStream): Victim => (random.chance(0.1) ? 'all' : oneOf(nodes, random));
