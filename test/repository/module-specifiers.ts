import { strippedCode } from './stripped-code.ts';

const statement =
  /^[ \t]*(?:import|export)\b(?:[^'"`;()]*?\bfrom\b)?\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/gm;
const call =
  /\b(?:import|import\.meta\.resolve|require|require\.resolve)\s*\(\s*(?<quote>['"`])(?<specifier>[^'"`$\n]+)\k<quote>/g;

/** What a TypeScript file imports: by statements, types among them, by `import()`, and by resolving a module's path. */
export function moduleSpecifiers(code: string): readonly string[] {
  const withTexts = strippedCode(code, { keepTexts: true });
  const matches = [...withTexts.matchAll(statement), ...withTexts.matchAll(call)];
  return [...new Set(matches.map((match) => match.groups?.specifier ?? ''))].sort();
}
