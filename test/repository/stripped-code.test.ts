import { expect, test } from 'vitest';
import { strippedCode } from './stripped-code.ts';

test.each([
  ['a(\'b\', "c"); // d', "a('', ''); "],
  ['a /* b */ c', 'a   c'],
  [`\`a \${b({ c: \`d \${e}\` })} f\``, `\`\${b({ c: \`\${e}\` })}\``],
  ["'it\\'s // no comment'; a", "''; a"],
  ['const a = /[\'"`]\\/[/]/g; b', 'const a = /[\'"`]\\/[/]/g; b'],
  ["a / b / 'c'", "a / b / ''"],
  ['({}); `a`; b', '({}); ``; b'],
])('%j', (code, stripped) => {
  expect(strippedCode(code, { keepTexts: false }).trim()).toBe(stripped.trim());
});

test('texts stay if they are to', () => {
  expect(strippedCode(`a('b', \`c \${'d'} e\`); // f`, { keepTexts: true })).toBe(`a('b', \`c \${'d'} e\`);  `);
});
