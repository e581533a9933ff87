export type { Fault, FaultKind, MessageRates, Victim } from './faults/fault.ts';
export { FaultCounts } from './faults/fault-counts.ts';
export type { SimulatedEvent } from './host/simulated-event.ts';
export type { Violation } from './invariants/watch.ts';
export { shrink } from './shrink/shrink.ts';
export { type SimulationOptions, type SimulationResult, simulate } from './simulation.ts';
