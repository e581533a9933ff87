import { parseArgs } from 'node:util';

/** What a person asked for. */
export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly nodes: 3 | 5;
}

/** What was asked makes no sense. The message is for people. */
export class InvalidOptions extends Error {
  readonly code = 'InvalidOptions';
  constructor(what: string) {
    super(what);
    this.name = 'InvalidOptions';
  }
}

/** How the command is used. */
export const usage = 'npm run chaos -- [--minutes 2] [--seed N] [--nodes 3|5]';

/** A seed that nobody chose. */
export const drawSeed = (): number => Math.floor(Math.random() * 1_000_000_000);

/** @throws {InvalidOptions} */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const { minutes = '2', seed, nodes = '3' } = valuesOf(args);
  if (!/^\d+(\.\d+)?$/.test(minutes) || Number(minutes) <= 0)
    throw new InvalidOptions('--minutes is a positive number');
  if (nodes !== '3' && nodes !== '5') throw new InvalidOptions('--nodes is 3 or 5');
  if (seed !== undefined && !(/^\d+$/.test(seed) && Number.isSafeInteger(Number(seed)))) {
    throw new InvalidOptions('--seed is a whole number');
  }
  return {
    seed: seed === undefined ? drawSeed() : Number(seed),
    minutes: Number(minutes),
    nodes: nodes === '3' ? 3 : 5,
  };
}

function valuesOf(args: readonly string[]): { readonly [name in 'minutes' | 'seed' | 'nodes']?: string | undefined } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { minutes: text, seed: text, nodes: text } }).values;
  } catch (error) {
    throw new InvalidOptions(error instanceof Error ? error.message : String(error));
  }
}
