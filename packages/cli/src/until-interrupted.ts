import { CommandFailure } from './command-error.ts';

/** Lets `work` end in order when the command is interrupted: its signal tells it. @throws {CommandFailure} saying `what` is the matter then */
export async function untilInterrupted<Result>(
  what: string,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    return await work(interrupted.signal);
  } catch (error) {
    throw interrupted.signal.aborted ? new CommandFailure(`interrupted: ${what}`, { cause: error }) : error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
