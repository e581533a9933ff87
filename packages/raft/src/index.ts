export {
  CorruptRecord,
  type FlushableLogStorage,
  type FlushOutcome,
  type LogStorage,
  type ReadLimit,
} from './storage/log-storage.ts';
export { MemoryLogStorage, takeWithin } from './storage/memory-log-storage.ts';
export type { AppliedEntry, StateMachine, StreamNotice } from './storage/state-machine.ts';
export * from './types.ts';
