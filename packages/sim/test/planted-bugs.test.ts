import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plantedBugs } from '../src/bugs/catalogue.ts';
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
