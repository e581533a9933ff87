import { expect, test } from 'vitest';
import { moduleSpecifiers } from './module-specifiers.ts';

test.each([
  ["import 'a';", ['a']],
  ["import a from 'a';", ['a']],
  ["import * as a from 'a';", ['a']],
  ["import type { A } from '@scope/a';", ['@scope/a']],
  ["import {\n  type A,\n  // it's a comment; with 'quotes'\n  b,\n} from './a.ts';", ['./a.ts']],
  ['import a from \'a\'; \nimport b from "b";', ['a', 'b']],
  ["import a from 'a' with { type: 'json' };", ['a']],
  ["export * from 'a';\nexport { b } from 'b';\nexport type { C } from 'c';", ['a', 'b', 'c']],
  ["const a = await import('a');", ['a']],
  ["let a: import('a').A;", ['a']],
  ["const a = import.meta.resolve('a');", ['a']],
  ["const a = createRequire(import.meta.url); require('a'); require.resolve('b');", ['a', 'b']],
  [`const text = \`\${await import('a')} \${\`\${await import('b')}\`}\`;`, ['a', 'b']],
])('finds %j', (code, specifiers) => {
  expect(moduleSpecifiers(code)).toEqual(specifiers);
});

test.each([
  "// import a from 'a';",
  "/*\nimport a from 'a';\n*/",
  "/** import('a') */",
  "export const from = 'a';",
  "export default 'a';",
  "export function f(from: 'a') {}",
  "const a = [...b]; // import('a')",
  "const quote = /['\"]/; // import 'a'",
  'const url = "//x"; /* import("a") */',
  "reimport('a');",
])('finds nothing in %j', (code) => {
  expect(moduleSpecifiers(code)).toEqual([]);
});
