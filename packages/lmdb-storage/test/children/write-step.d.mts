import type { LogStorage } from '@quorate/raft';

export function writeStep(log: LogStorage, step: number, commandBytes: number): void;
