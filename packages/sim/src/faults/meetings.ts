import type { RandomStream } from '../host/random-stream.ts';
import type { Fault, MessageRates } from './fault.ts';

const calm: MessageRates = { lost: 0, doubled: 0, late: 0 };

/**
 * Nodes lose their own messages while clients ask for the last time: in a run that ends in silence nothing comes that would make up
 * for what is not repeated.
 */
export function lossBeforeSilence(random: RandomStream, endMs: number): Fault {
  const atMs = Math.floor(endMs - random.between(1000, 3000));
  return {
    kind: 'storm',
    atMs,
    durationMs: endMs - atMs,
    between: calm,
    within: { lost: random.between(0.1, 0.5), doubled: 0, late: random.next() * 0.2 },
    clients: { lost: 0, late: 0 },
    maxLateMs: random.between(5, 200),
    reordered: false,
  };
}

/**
 * Faults that do harm only together, and hardly ever meet by chance. Each kind is a story that rare bugs were found in; all in
 * it is drawn but who meets whom.
 */
export function drawMeeting(random: RandomStream, atMs: number, nodes: number): readonly Fault[] {
  return random.pick([slowLeaderCutOff, tailOnSlowDisk, officesInAStorm, crashedVoters])(
    random,
    Math.floor(atMs),
    nodes,
  );
}

/**
 * A leader with a slow disk is cut off while entries are on their way to it, and hears of its successor before the flush ends:
 * what the flush held was overwritten meanwhile.
 */
function slowLeaderCutOff(random: RandomStream, atMs: number): readonly Fault[] {
  const cutAtMs = atMs + random.between(20, 400);
  return [
    {
      kind: 'slowDisk',
      atMs,
      durationMs: random.between(1500, 4000),
      victim: 'leader',
      maxFlushMs: random.between(400, 2000),
      isSteady: random.chance(0.7),
    },
    {
      kind: 'partition',
      atMs: cutAtMs,
      durationMs: random.between(200, 900),
      shape: random.pick(['symmetric', 'oneWayOut']),
      victim: 'leader',
      company: 0,
    },
  ];
}

/** A leader is cut off, and what it has appended since goes to nobody; when it is back, others have other entries there, and it cannot read its own. */
export function overtakenTail(random: RandomStream, at: number): readonly Fault[] {
  const atMs = Math.floor(at);
  const awayMs = random.between(500, 1500);
  return [
    { kind: 'partition', atMs, durationMs: awayMs, shape: 'symmetric', victim: 'leader', company: 0 },
    {
      kind: 'damagedRecords',
      atMs: Math.floor(atMs + random.between(250, awayMs)),
      victim: 'overtaken',
      records: 1 + random.below(4),
      isLegible: random.chance(0.3),
      durationMs: random.between(1, 1000),
      picks: random.below(1e9),
    },
  ];
}

/**
 * A leader and one with a slow disk are cut off together, and then the leader is gone: what the other has of it is not on disk
 * yet when a new leader, which has never seen it, puts its own there. Three times over: each takes some luck.
 */
function tailOnSlowDisk(random: RandomStream, atMs: number): readonly Fault[] {
  const everyMs = 1500;
  const slow: Fault = {
    kind: 'slowDisk',
    atMs,
    durationMs: 3 * everyMs,
    victim: 0,
    maxFlushMs: random.between(150, 700),
    isSteady: true,
  };
  const storm: Fault = {
    kind: 'storm',
    atMs,
    durationMs: 3 * everyMs,
    between: calm,
    within: { lost: 0, doubled: 0, late: random.between(0.1, 0.5) },
    clients: { lost: 0, late: 0 },
    maxLateMs: random.between(5, 100),
    reordered: false,
  };
  const changes = [0, 1, 2].flatMap((time): readonly Fault[] => {
    const cutAtMs = atMs + time * everyMs + random.between(300, 600);
    const durationMs = random.between(60, 145);
    return [
      { kind: 'partition', atMs: cutAtMs, durationMs, shape: 'symmetric', victim: 'leader', company: 1 },
      { kind: 'pause', atMs: cutAtMs + durationMs - 5, durationMs: random.between(500, 900), victim: 'leader' },
    ];
  });
  return [slow, storm, ...changes];
}

/** Leaders come and go while messages are late: what was meant for one office reaches the next of the same node. */
function officesInAStorm(random: RandomStream, atMs: number, nodes: number): readonly Fault[] {
  const rough = { lost: random.next() * 0.2, doubled: random.next() * 0.3, late: random.between(0.05, 0.4) };
  const isWithin = random.chance(0.7);
  const changes = 3 + random.below(5);
  const everyMs = random.between(300, 800);
  const storm: Fault = {
    kind: 'storm',
    atMs,
    durationMs: changes * everyMs,
    between: isWithin && random.chance(0.5) ? calm : rough,
    within: isWithin ? rough : calm,
    clients: { lost: 0, late: 0 },
    maxLateMs: random.between(50, 2500),
    reordered: true,
  };
  const cuts = Array.from({ length: changes }, (_, place): Fault => {
    const cutAtMs = atMs + place * everyMs;
    const durationMs = random.between(100, 400);
    if (random.chance(0.3)) return { kind: 'pause', atMs: cutAtMs, durationMs, victim: 'leader' };
    return {
      kind: 'partition',
      atMs: cutAtMs,
      durationMs,
      shape: random.pick(['symmetric', 'oneWayOut', 'oneWayIn']),
      victim: 'leader',
      company: random.below(Math.ceil(nodes / 2)),
    };
  });
  return [storm, ...cuts];
}

/** The leader is gone, several nodes campaign, and voters end and start again before the last request for a vote has come. */
function crashedVoters(random: RandomStream, atMs: number, nodes: number): readonly Fault[] {
  const storm: Fault = {
    kind: 'storm',
    atMs,
    durationMs: 1500,
    between: { lost: 0, doubled: random.next() * 0.2, late: random.between(0.1, 0.6) },
    within: calm,
    clients: { lost: 0, late: 0 },
    maxLateMs: random.between(10, 400),
    reordered: true,
  };
  const cut: Fault = { kind: 'pause', atMs, durationMs: random.between(300, 1200), victim: 'leader' };
  const crashes = Array.from(
    { length: 2 + random.below(5) },
    (): Fault => ({
      kind: 'crash',
      atMs: atMs + random.between(140, 700),
      durationMs: random.between(1, 30),
      victim: random.below(nodes),
      ending: random.pick(['killed', 'powerLost']),
      afterSends: random.below(6),
      lastFlush: random.pick(['arrived', 'torn', 'lost']),
      stateLeft: 'all',
    }),
  );
  return [storm, cut, ...crashes];
}
