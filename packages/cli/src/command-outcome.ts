import { BrokerError } from '@quorate/broker';
import { QuorateError } from '@quorate/client';
import { CommanderError } from 'commander';
import { OutputClosed, UsageError } from './command-error.ts';
import { ImportError } from './import/import-error.ts';

/** How a command that threw ends. */
export interface CommandOutcome {
  readonly exitCode: number;
  /** What is said about it on standard error; null if all is said. */
  readonly line: string | null;
}

/** Codes of errors that blame the arguments: the same command can never succeed. */
const usageCodes: ReadonlySet<string> = new Set([
  'InvalidCommand',
  'InvalidContentType',
  'InvalidFence',
  'InvalidKey',
  'InvalidLease',
  'KeyTooLarge',
  'ValueTooLarge',
  'InvalidLimit',
  'InvalidRange',
  'InvalidRetention',
  'KeyWrittenTwice',
  'InvalidRevision',
  'InvalidRequest',
]);

/** What an error that a command threw means to the one who typed it: one line, and never a stack trace. */
export function outcomeOf(error: unknown): CommandOutcome {
  // Commander has said what there is to say. Help and version are thrown as well.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, line: null };
  if (error instanceof OutputClosed) return { exitCode: 0, line: null };
  if (error instanceof UsageError || error instanceof BrokerError || error instanceof ImportError) {
    return { exitCode: 2, line: lineOf(error.message) };
  }
  if (error instanceof QuorateError) {
    return { exitCode: usageCodes.has(error.code) ? 2 : 1, line: lineOf(`${error.message} (${error.code})`) };
  }
  return { exitCode: 1, line: lineOf(error instanceof Error ? error.message : String(error)) };
}

/** A message as the command says it: on one line, with the program's name. */
export const lineOf = (message: string): string => `quorate: ${message.trim().replace(/\s*\n\s*/g, ' ')}`;
