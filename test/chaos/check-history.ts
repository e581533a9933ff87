import { checkConfigStore, type History, type StoreOperation, type StoreOutcome } from '@quorate/checker';
import { Violation } from './violation.ts';

const maxMs = 60_000;
const maxExplanationMs = 10_000;

/** @throws {Violation} if what the clients were told is not linearizable, or if that could not be decided */
export function expectLinearizable(history: History<StoreOperation, StoreOutcome>): void {
  const verdict = checkConfigStore(history, { isExpired: after(maxMs) });
  if (verdict.kind === 'linearizable') return;
  const why = verdict.explain({ isExpired: after(maxExplanationMs) });
  const what = verdict.kind === 'undecided' ? `undecided after ${maxMs} ms` : why.join('\n');
  throw new Violation('the history is linearizable', what);
}

function after(durationMs: number): () => boolean {
  const endsAtMs = performance.now() + durationMs;
  return () => performance.now() > endsAtMs;
}
