import type { GatewayMessage } from '@quorate/raft';

/** How fresh a client wants a read. */
export type ReadWish = Pick<
  Extract<GatewayMessage, { kind: 'read' }>,
  'consistency' | 'maxStalenessMs' | 'minRevision'
>;

/** What a client wants by those words, which follow `get NODE KEY`; null if they make no sense. */
export function wishOfWords(words: readonly string[]): ReadWish | null {
  const found = /^(?:(linearizable|readIndex|local)|bounded (\d+)ms)? ?(?:revision (\d+))?$/.exec(words.join(' '));
  if (found === null) return null;
  const [, kind, bound, revision = '0'] = found;
  const minRevision = Number(revision);
  if (bound !== undefined) return { consistency: 'bounded', maxStalenessMs: Number(bound), minRevision };
  return { consistency: kindOf(kind), maxStalenessMs: null, minRevision };
}

function kindOf(word: string | undefined): ReadWish['consistency'] {
  return word === 'readIndex' || word === 'local' ? word : 'linearizable';
}
