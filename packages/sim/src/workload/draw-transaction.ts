import type { TransactionOperation, TransactionStep } from '@quorate/checker';
import type { RandomStream } from '../host/random-stream.ts';

/** What a client knows that asks for a transaction. */
export interface TransactionDraw {
  /** Two of the hot keys. */
  readonly key: string;
  readonly other: string;
  /** The newest revision that the client has seen of a key, 0 if it knows of none. */
  readonly revisionOf: (key: string) => number;
  /** The beginning of values that no other operation puts. */
  readonly value: string;
}

/**
 * Draws a transaction over two keys, a compare-and-set at heart: if they are as the client has seen them, it changes one or both, maybe by a nested transaction; if
 * not, it looks at both, and then may write the one. Whoever is told of it is told of all that was compared.
 */
export function drawTransaction(random: RandomStream, draw: TransactionDraw): TransactionOperation {
  const { key, other, revisionOf, value } = draw;
  const comparison = (of: string) => ({ key: of, modRevision: revisionOf(of) });
  const compare = random.chance(0.4) ? [comparison(key), comparison(other)] : [comparison(key)];
  const put = { kind: 'put', key, value } as const;
  const look = { kind: 'get', key: other } as const;
  const putOther = { kind: 'put', key: other, value: `${value}o` } as const;
  const nested: TransactionOperation = {
    kind: 'txn',
    compare: [comparison(other)],
    then: [{ ...putOther, value: `${value}n` }],
    else: [look, { ...putOther, value: `${value}m` }],
  };
  const rest = random.pick<readonly TransactionStep[]>([
    [putOther],
    [look, putOther],
    [look, { kind: 'delete', key: other }],
    [look],
    [nested],
  ]);
  const looks: readonly TransactionStep[] = [{ kind: 'get', key }, look];
  const otherwise = random.chance(0.5)
    ? looks
    : [...looks, { ...put, value: `${value}e` }, { kind: 'get' as const, key }];
  return { kind: 'txn', compare, then: [put, ...rest], else: otherwise };
}
