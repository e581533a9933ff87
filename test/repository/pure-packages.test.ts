import { describe, expect, test } from 'vitest';
import { moduleSpecifiers } from './module-specifiers.ts';
import { strippedCode } from './stripped-code.ts';
import { readJson, workspacePackages } from './workspace.ts';

/** What runs the same on NATS and in a simulation, and so may know of no clock, chance or process. */
const pureNames = ['@quorate/actor', '@quorate/raft', '@quorate/config-store'];

const impure: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['Date', /(?<![.\w$#])Date(?![\w$])/],
  ['performance', /(?<![.\w$#])performance(?![\w$]|\??:)/],
  ['process', /(?<![.\w$#])process(?![\w$]|\??:)/],
  ['Math.random', /\bMath\s*\.\s*random\b/],
  // Ways round the others.
  ['globalThis', /(?<![.\w$#])globalThis(?![\w$])/],
  ['Math as a value', /(?<![.\w$#])Math(?![\w$])(?!\s*\.)/],
  ['Intl', /(?<![.\w$#])Intl(?![\w$])/],
];

const impuritiesOf = (code: string): readonly string[] => {
  const words = strippedCode(code, { keepTexts: false });
  return impure.filter(([, pattern]) => pattern.test(words)).map(([what]) => what);
};

test.each([
  ['Date.now()', 'Date'],
  ['new Date()', 'Date'],
  [`\`\${Date.now()}\``, 'Date'],
  ['performance.now()', 'performance'],
  ['if (process.env.A) {}', 'process'],
  ['Math.random()', 'Math.random'],
  ['Math\n  .random()', 'Math.random'],
  ["Math['random']()", 'Math as a value'],
  ['const { random } = Math;', 'Math as a value'],
  ["globalThis['Date']", 'globalThis'],
])('%j is impure', (code, what) => {
  expect(impuritiesOf(code)).toEqual([what]);
});

test.each([
  '// Date and process',
  "const what = 'process';",
  'this.process(entry);',
  'const options = { performance: 1 };',
  'interface A { process?: string }',
  'type UpDate = string;',
  'Math.max(1, 2);',
])('%j is pure', (code) => {
  expect(impuritiesOf(code)).toEqual([]);
});

describe.each(pureNames)('%s', (name) => {
  const one = workspacePackages().find((candidate) => candidate.name === name);

  test('compiles without the types of Node.js', () => {
    expect(one?.tsconfig.extends).toBe('../../infra/typescript/pure.json');
    expect(Object.keys(Object(one?.tsconfig.compilerOptions))).not.toContain('types');
    expect(Object.keys(Object(one?.tsconfig.compilerOptions))).not.toContain('lib');
    expect(readJson('infra/typescript/pure.json').compilerOptions).toMatchObject({ lib: ['es2023'], types: [] });
  });

  test('knows of no clock, chance or process', () => {
    const found = one?.sources.flatMap(({ path, code }) => impuritiesOf(code).map((what) => `${path}: ${what}`));
    expect(found).toEqual([]);
  });

  test('imports nothing of Node.js', () => {
    const found = one?.sources.flatMap(({ path, code }) =>
      moduleSpecifiers(code).flatMap((specifier) => (specifier.startsWith('node:') ? [`${path}: ${specifier}`] : [])),
    );
    expect(found).toEqual([]);
  });
});
