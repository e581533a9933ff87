// What the child that is killed writes, and what its parent expects: JavaScript, because both must run it.

/** Stages a step: some entries, and in some steps a snapshot with a compaction, or a snapshot that takes the log's place. */
export function compactStep(log, step) {
  log.setHardState({ currentTerm: step, votedFor: null });
  if (step % 7 === 0) log.installSnapshot(snapshotAt(log.lastIndex + 500, step));
  log.append(Array.from({ length: 700 }, (_, at) => entryAt(log.lastIndex + 1 + at, step)));
  if (step % 3 > 0) return;
  const { lastIndex } = log;
  log.setSnapshot(snapshotAt(lastIndex - 100, log.termAt(lastIndex - 100)));
  log.compact(Math.max(log.firstIndex, lastIndex - 300));
}

const command = new TextEncoder().encode('x'.repeat(100));
const entryAt = (index, term) => ({ term, index, kind: 'command', command, ...timeOf(index) });

const timeOf = (index) => ({ timestampUs: index, logTimeMs: index });

const snapshotAt = (index, term) => ({
  index,
  term,
  ...timeOf(index),
  id: `${index}-${term}-0123456789abcdef`,
  bytes: index,
  configuration: { voters: [{ id: 'n1', storageId: 'disk' }], outgoingVoters: [], learners: [], removed: [] },
});
