import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { plantedBugs } from '../src/bugs/catalogue.ts';
import { huntBugs } from '../src/bugs/hunt-command.ts';
import { simulate } from '../src/index.ts';

const caughtBy: Readonly<Record<string, { readonly seed: number; readonly invariant: string }>> = JSON.parse(
  readFileSync(new URL('caught-by.json', import.meta.url), 'utf8'),
);

const notBugs = ['catalogue', 'hunt', 'hunt-command', 'plant'];

describe('the catalogue', () => {
  it('has every bug that has a file, under the name of the file', () => {
    const files = readdirSync(new URL('../src/bugs', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
    const names = plantedBugs.map(({ name }) => name);
    expect([...names].sort()).toEqual(files.filter((file) => !notBugs.includes(file)).sort());
    expect(Object.keys(caughtBy).sort()).toEqual([...names].sort());
  });
});

describe('a planted bug is noticed by the seed that caught it', () => {
  it.each(plantedBugs.map((bug) => [bug.name, bug] as const))('%s', (name, { plant }) => {
    const { seed = 0, invariant } = caughtBy[name] ?? {};
    expect(simulate({ seed, plant }).violation?.invariant).toBe(invariant);
  });
});

describe('without a bug the same seed shows nothing', () => {
  const seeds = new Set(Object.values(caughtBy).map(({ seed }) => seed));
  it.each([...seeds].sort((one, other) => one - other))('%i', (seed) => {
    expect(simulate({ seed }).violation).toBeNull();
  });
});

describe('the hunt', () => {
  afterEach(() => vi.restoreAllMocks());

  it('tells by what a bug was caught, and keeps the seed if asked to', () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const kept: unknown[] = [];
    const exitCode = huntBugs(['vote-before-flush', '--start', '7', '--update'], (caught) => kept.push(...caught));
    expect(exitCode).toBe(0);
    const invariant = 'nothing leaves before the write that it depends on';
    expect(kept).toEqual([['vote-before-flush', { seed: 7, invariant }]]);
    expect(log.mock.calls[0]?.[0]).toMatch(/^vote-before-flush +1 seeds +\d+\.\d s {2}nothing leaves/);
  });

  it('fails if a bug was not caught in time', () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const harmless = plantedBugs.find(({ name }) => name === 'torn-write-counted');
    expect(simulate({ seed: 1, plant: harmless?.plant ?? {} }).violation).toBeNull();
    expect(huntBugs(['torn-write-counted', '--minutes', '0.000001'], () => {})).toBe(1);
    expect(log.mock.calls[0]?.[0]).toContain('NOT CAUGHT');
  });

  it('refuses what makes no sense', () => {
    vi.spyOn(console, 'error').mockReturnValue();
    for (const args of [['no-such-bug'], ['--minutes', '-1'], ['--start', 'x'], ['--what']]) {
      expect(huntBugs(args, () => {})).toBe(2);
    }
  });
});
