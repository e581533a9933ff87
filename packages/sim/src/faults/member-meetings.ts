import type { RandomStream } from '../host/random-stream.ts';
import type { Fault } from './fault.ts';
import { type WantedChange, wantedChanges } from './member-changes.ts';

/** Changes of the members that meet what makes them dangerous, which they hardly ever do by chance. */
export function drawMemberMeeting(random: RandomStream, atMs: number): readonly Fault[] {
  return random.pick([cutOffInTheMiddle, splitByTheChange, changedByTwo, handedOverInTheMiddle])(
    random,
    Math.floor(atMs),
  );
}

const change = (random: RandomStream, atMs: number, asks: 'leader' | 'anyNode'): Fault => ({
  kind: 'changeMembers',
  atMs,
  wanted: random.pick(wantedChanges),
  asks,
});

const partition = (random: RandomStream, atMs: number, durationMs: number): Fault => ({
  kind: 'partition',
  atMs,
  durationMs,
  shape: random.pick(['symmetric', 'symmetric', 'oneWayOut', 'pair']),
  victim: 'leader',
  company: random.below(3),
});

/** The leader is cut off, with some of the others, while a configuration is on its way; learners that are to have a vote get it then. */
function cutOffInTheMiddle(random: RandomStream, atMs: number): readonly Fault[] {
  const wanted: WantedChange = random.pick(['addForGood', 'replace', 'replaceTwo', 'promote', 'remove']);
  const step: Fault = { kind: 'changeMembers', atMs, wanted, asks: 'leader' };
  return [step, partition(random, atMs + random.below(120), random.between(300, 2500))];
}

/** Those who come, with the leader, part from those who go, just when the voters change: each side might think that it is the group. */
function splitByTheChange(random: RandomStream, atMs: number): readonly Fault[] {
  const wanted: WantedChange = random.pick(['replaceTwo', 'replaceTwo', 'replace', 'addForGood']);
  const split: Fault = {
    kind: 'partition',
    atMs: atMs + random.below(200),
    durationMs: random.between(600, 3000),
    shape: 'comers',
    victim: random.chance(0.7) ? 'leader' : random.below(3),
    company: 0,
  };
  return [{ kind: 'changeMembers', atMs, wanted, asks: 'leader' }, split];
}

/** A leader that is cut off takes a change; its successor another, as soon as it can; and the first one is back. */
function changedByTwo(random: RandomStream, atMs: number): readonly Fault[] {
  const cutMs = random.between(300, 900);
  return [
    partition(random, atMs, cutMs),
    change(random, atMs + random.below(100), 'leader'),
    change(random, atMs + 150 + random.below(400), 'anyNode'),
    change(random, atMs + 150 + random.below(400), 'anyNode'),
    partition(random, Math.floor(atMs + cutMs + random.between(0, 200)), random.between(300, 900)),
  ];
}

/** Leadership is handed over while the members change. */
function handedOverInTheMiddle(random: RandomStream, atMs: number): readonly Fault[] {
  return [
    change(random, atMs, 'leader'),
    { kind: 'transfer', atMs: atMs + random.below(60), target: null },
    change(random, atMs + random.below(200), 'anyNode'),
  ];
}
