export type { Fault, FaultKind, MessageRates, Victim } from './faults/fault.ts';
export { FaultCounts } from './faults/fault-counts.ts';
export { RandomStream } from './host/random-stream.ts';
export type { SimulatedEvent } from './host/simulated-event.ts';
export type { Violation } from './invariants/watch.ts';
export { shrink } from './shrink/shrink.ts';
export { type SimulationOptions, type SimulationResult, simulate } from './simulation.ts';
export { drawOperation } from './workload/draw-operation.ts';
export { HistoryRecorder, type OpenOperation } from './workload/history-recorder.ts';
