// What the child that is killed writes, and what its parent expects: JavaScript, because both must run it.

/** Stages a step: a term and vote, some entries, and before them, in every third step, the removal of the last two. */
export function writeStep(log, step, commandBytes) {
  if (step % 3 === 0) log.truncate(Math.max(1, log.lastIndex - 1));
  log.setHardState({ currentTerm: step, votedFor: `n${step % 5}` });
  const firstIndex = log.lastIndex + 1;
  const command = new TextEncoder().encode(`step ${step} `.padEnd(commandBytes, '.'));
  const entries = Array.from({ length: 1 + (step % 4) }, (_, at) => ({
    term: step,
    index: firstIndex + at,
    kind: 'command',
    timestampUs: firstIndex + at,
    logTimeMs: step,
    command,
  }));
  log.append(entries);
}
