import { parseArgs } from 'node:util';
import type { StaleReadsOptions } from './stale-reads.ts';

/** What a person asked for. */
export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly nodes: 3 | 5;
}

/** How the other command is used. */
export const staleReadsUsage = 'npm run chaos:stale-reads -- [--rounds 1000] [--seed N]';

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
  const { minutes = '2', seed, nodes = '3' } = valuesOf(args, ['minutes', 'seed', 'nodes']);
  if (!/^\d+(\.\d+)?$/.test(minutes) || Number(minutes) <= 0)
    throw new InvalidOptions('--minutes is a positive number');
  if (nodes !== '3' && nodes !== '5') throw new InvalidOptions('--nodes is 3 or 5');
  return {
    seed: seedOf(seed),
    minutes: Number(minutes),
    nodes: nodes === '3' ? 3 : 5,
  };
}

/** @throws {InvalidOptions} */
export function parseStaleReadsOptions(args: readonly string[]): StaleReadsOptions {
  const { rounds = '1000', seed } = valuesOf(args, ['rounds', 'seed']);
  if (!/^[1-9]\d{0,6}$/.test(rounds)) throw new InvalidOptions('--rounds is a positive whole number');
  return { rounds: Number(rounds), seed: seedOf(seed) };
}

function seedOf(text: string | undefined): number {
  if (text === undefined) return drawSeed();
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new InvalidOptions('--seed is a whole number');
}

function valuesOf(args: readonly string[], names: readonly string[]): { readonly [name: string]: string | undefined } {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new InvalidOptions(error instanceof Error ? error.message : String(error));
  }
}
