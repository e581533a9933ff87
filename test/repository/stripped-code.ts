/** What may stay in code besides the code itself. */
export interface Stripping {
  /** Texts in quotes and templates; else they become empty ones, but for the expressions in templates. */
  readonly keepTexts: boolean;
}

const regularExpression =
  /(?<=(?:^|[=(,:[!&|?{};+]|=>|\breturn|\bcase)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/;
const token = new RegExp(
  [
    /(?<comment>\/\*[\s\S]*?\*\/|\/\/[^\n]*)/,
    /(?<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")/,
    regularExpression,
    /[\w$]+/,
    /[\s\S]/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
);
const templateText = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;

/** TypeScript without its comments, for checks that look for words of code: no parser, but it knows what quotes what. */
export function strippedCode(code: string, { keepTexts }: Stripping): string {
  let stripped = '';
  let offset = 0;
  /** What the scan is inside of, innermost last. */
  const inside: ('template' | 'expression' | 'braces')[] = [];
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = offset;
    const match = pattern.exec(code);
    offset += match?.[0].length ?? 0;
    return match;
  };

  while (offset < code.length) {
    if (inside.at(-1) === 'template') {
      const text = take(templateText)?.[0] ?? '';
      if (keepTexts) stripped += text;
      const endsHere = code[offset] !== '$';
      stripped += endsHere ? '`' : '${';
      offset += endsHere ? 1 : 2;
      if (endsHere) inside.pop();
      else inside.push('expression');
      continue;
    }
    const match = take(token);
    const [text = ''] = match ?? [];
    if (match?.groups?.comment !== undefined) stripped += ' ';
    else if (match?.groups?.text !== undefined && !keepTexts) stripped += "''";
    else stripped += text;
    if (text === '`') inside.push('template');
    else if (text === '{') inside.push('braces');
    else if (text === '}') inside.pop();
  }
  return stripped;
}
