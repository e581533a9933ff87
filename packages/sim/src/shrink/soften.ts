import type { Fault, MessageRates } from '../faults/fault.ts';

/** Takes something from a fault; the very same fault if there is nothing to take. */
export type Soften = (fault: Fault) => Fault;

type Storm = Extract<Fault, { kind: 'storm' }>;

const calm: MessageRates = { lost: 0, doubled: 0, late: 0 };

const isCalm = ({ lost, doubled, late }: MessageRates): boolean => lost + doubled + late === 0;

/** Ways to make a fault milder, those that take most first. */
export function softened(fault: Fault): readonly Soften[] {
  const shorter = 'durationMs' in fault ? [halved, halved, halved, halved] : [];
  return fault.kind === 'storm' ? [...stormSofteners, ...shorter] : shorter;
}

const stormSofteners: readonly Soften[] = [
  storm((one) => (isCalm(one.within) ? one : { ...one, within: calm })),
  storm((one) => (isCalm(one.between) ? one : { ...one, between: calm })),
  storm((one) => (one.clients.lost + one.clients.late === 0 ? one : { ...one, clients: { lost: 0, late: 0 } })),
  storm((one) => (one.reordered ? { ...one, reordered: false } : one)),
  ...(['lost', 'doubled', 'late'] as const).flatMap((rate) => [without('between', rate), without('within', rate)]),
];

function without(where: 'between' | 'within', rate: keyof MessageRates): Soften {
  return storm((one) => (one[where][rate] === 0 ? one : { ...one, [where]: { ...one[where], [rate]: 0 } }));
}

function storm(change: (storm: Storm) => Storm): Soften {
  return (fault) => (fault.kind === 'storm' ? change(fault) : fault);
}

function halved(fault: Fault): Fault {
  return 'durationMs' in fault && fault.durationMs > 20 ? { ...fault, durationMs: fault.durationMs / 2 } : fault;
}
