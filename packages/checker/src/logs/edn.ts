/** What a line of EDN may hold: texts, numbers, and names, such as `:ok`, with their colon. */
export type EdnScalar = string | number | boolean | null | { readonly keyword: string };

const token = /[\s,]*(?:([{}])|(:[^\s,{}[\]()"]+)|("(?:[^"\\]|\\.)*")|([^\s,{}[\]()":]+))/y;
const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
]);

/** Reads a line that is one flat map from keywords to scalars. Null if it is not. Keys come without their colon. */
export function parseEdnMap(text: string): ReadonlyMap<string, EdnScalar> | null {
  const tokens = tokensOf(text.trim());
  if (tokens === null || tokens[0] !== '{' || tokens.at(-1) !== '}' || tokens.length % 2 !== 0) return null;
  const map = new Map<string, EdnScalar>();
  for (let place = 1; place < tokens.length - 1; place += 2) {
    const key = parseScalar(tokens[place] ?? '');
    const value = parseScalar(tokens[place + 1] ?? '');
    if (typeof key !== 'object' || key === null || value === undefined || map.has(key.keyword)) return null;
    map.set(key.keyword, value);
  }
  return map;
}

function tokensOf(text: string): readonly string[] | null {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token
      .exec(text)
      ?.slice(1)
      .find((group) => group !== undefined);
    if (found === undefined) return null;
    tokens.push(found);
  }
  return tokens;
}

function parseScalar(text: string): EdnScalar | undefined {
  if (text === 'nil') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (text.startsWith(':')) return { keyword: text.slice(1) };
  if (text.startsWith('"')) {
    return text.slice(1, -1).replace(/\\(.)/gs, (_, letter: string) => escapes.get(letter) ?? letter);
  }
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}
