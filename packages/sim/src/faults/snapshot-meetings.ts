import type { RandomStream } from '../host/random-stream.ts';
import type { Fault, MessageRates } from './fault.ts';

const calm: MessageRates = { lost: 0, doubled: 0, late: 0 };

/**
 * A node is left behind while the others go on and compact what it lacks; when it is back it gets a snapshot, and on the way things go
 * wrong: messages are late, within the nodes too, its disk is slow, it ends and starts again, and leaders change, each with a snapshot of its
 * own.
 */
export function drawSnapshotMeeting(random: RandomStream, at: number, nodes: number): readonly Fault[] {
  const atMs = Math.floor(at);
  const victim = random.below(nodes);
  // So long that the leader does not wait for it any more, in some.
  const awayMs = random.chance(0.7) ? random.between(300, 1500) : random.between(2500, 5000);
  const backMs = atMs + awayMs;
  const left: Fault = { kind: 'partition', atMs, durationMs: awayMs, shape: 'symmetric', victim, company: 0 };
  const taken = (takenMs: number): Fault => ({
    kind: 'snapshot',
    atMs: takenMs,
    victim: random.chance(0.8) ? 'leader' : random.below(nodes),
  });
  const steps = [left, taken(backMs - random.between(0, 100)), storm(random, backMs)];
  if (random.chance(0.5)) steps.push(taken(atMs + random.between(100, 400)));
  if (random.chance(0.3)) steps.push(largeFiles(random, atMs, backMs));
  if (random.chance(0.7)) {
    const [durationMs, maxMs] = [random.between(300, 1500), random.between(300, 1500)];
    const maxFlushMs = random.chance(0.5) ? random.between(50, 500) : 0;
    steps.push({ kind: 'senderGone', atMs: backMs - 100, withinMs: 2500, durationMs, maxMs, maxFlushMs });
  }
  return [...steps, ...leadersGone(random, backMs), ...troubles(random, victim, backMs)];
}

/** A step with a file then takes longer than an election. */
function largeFiles(random: RandomStream, atMs: number, backMs: number): Fault {
  const durationMs = backMs - atMs + random.between(500, 2500);
  return { kind: 'slowFiles', atMs, durationMs, victim: 'all', maxMs: random.between(20, 700) };
}

function storm(random: RandomStream, backMs: number): Fault {
  const rough = (): MessageRates => ({
    lost: random.next() * 0.2,
    doubled: random.next() * 0.2,
    late: random.between(0.1, 0.6),
  });
  return {
    kind: 'storm',
    atMs: backMs - random.between(0, 400),
    durationMs: random.between(500, 2500),
    between: random.chance(0.5) ? calm : rough(),
    within: random.chance(0.3) ? calm : rough(),
    clients: { lost: 0, late: 0 },
    maxLateMs: random.between(20, 800),
    reordered: random.chance(0.5),
  };
}

/** Leaders that are gone in the middle of sending, and what is taken meanwhile. */
function leadersGone(random: RandomStream, backMs: number): readonly Fault[] {
  return Array.from({ length: random.below(4) }, (_, place): readonly Fault[] => {
    const atMs = backMs + place * random.between(300, 700) + random.between(5, 200);
    const gone: Fault = random.chance(0.3)
      ? { kind: 'transfer', atMs, target: null }
      : { kind: 'pause', atMs, durationMs: random.between(300, 900), victim: 'leader' };
    if (random.chance(0.5)) return [gone];
    return [{ kind: 'snapshot', atMs: atMs - random.between(5, 100), victim: 'leader' }, gone];
  }).flat();
}

/** Of the one that is back. */
function troubles(random: RandomStream, victim: number, backMs: number): readonly Fault[] {
  const slow: Fault = {
    kind: 'slowDisk',
    atMs: backMs - random.between(0, 100),
    durationMs: random.between(300, 1500),
    victim,
    maxFlushMs: random.between(20, 500),
    isSteady: true,
  };
  const ends = Array.from(
    { length: 1 + random.below(2) },
    (): Fault => ({
      kind: 'crash',
      atMs: backMs + random.between(10, 800),
      durationMs: random.between(1, 300),
      victim,
      ending: random.pick(['killed', 'powerLost']),
      afterSends: random.below(6),
      lastFlush: random.pick(['arrived', 'torn', 'lost']),
      stateLeft: random.pick(['all', 'older', 'nothing']),
    }),
  );
  return [...(random.chance(0.6) ? [slow] : []), ...(random.chance(0.4) ? ends : [])];
}
