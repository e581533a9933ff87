import { parse } from 'dotenv';
import type { Leaf } from './leaf.ts';
import type { SourceText } from './source-text.ts';

const blankOrComment = /[^\S\n]*(?:#.*)?(?:\n|$)/y;
const assignment = /[^\S\n]*(?:export[^\S\n]+)?(?<name>[\w.-]+)(?:[^\S\n]*=|:[^\S\n])/dy;
/** A quoted value, as dotenv tells it: nothing but a comment may follow the closing quote. */
const quotedValue = /[^\S\n]*(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`)[^\S\n]*(?:#.*)?(?:\n|$)/y;
const restOfLine = /.*(?:\n|$)/y;
const openingQuote = /[^\S\n]*(?<quote>['"`])(?!.*\k<quote>)/y;

/**
 * The leaves of a .env file, in order: the values are those that dotenv gives, variables in them are left as they are.
 * What dotenv would pass over in silence is refused: a line that is no assignment, comment or blank, a name that stands
 * twice, and a quote that begins a value and is never closed.
 * @throws {ImportError}
 */
export function envLeaves(source: SourceText): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const names = new Set<string>();
  let offset = 0;
  while (offset < source.text.length) {
    const skipped = matchAt(blankOrComment, source.text, offset);
    if (skipped !== null) {
      offset += skipped[0].length;
      continue;
    }
    const statement = readAssignment(source, offset);
    if (names.has(statement.name)) {
      throw source.errorAt(statement.nameOffset, `the name ${JSON.stringify(statement.name)} stands here twice`);
    }
    names.add(statement.name);
    leaves.push({ path: [statement.name], text: statement.value, offset: statement.nameOffset });
    offset = statement.end;
  }
  return leaves;
}

interface Assignment {
  readonly name: string;
  readonly nameOffset: number;
  readonly value: string;
  /** Where the next line begins. */
  readonly end: number;
}

function readAssignment(source: SourceText, start: number): Assignment {
  const { text } = source;
  const head = matchAt(assignment, text, start);
  const name = head?.groups?.name;
  const nameOffset = head?.indices?.groups?.name?.[0];
  if (head === null || name === undefined || nameOffset === undefined) {
    const firstCharacter = text.slice(start).search(/\S/);
    throw source.errorAt(start + firstCharacter, 'this is no assignment (NAME=value), no comment and no blank line');
  }

  const valueStart = start + head[0].length;
  const quoted = matchAt(quotedValue, text, valueStart);
  const opening = quoted === null ? matchAt(openingQuote, text, valueStart) : null;
  if (opening !== null) {
    throw source.errorAt(
      valueStart + opening[0].length - 1,
      'the quote that opens here is not closed, or text follows it',
    );
  }
  const end = valueStart + (quoted ?? matchAt(restOfLine, text, valueStart) ?? [''])[0].length;

  const value = parse(text.slice(start, end))[name];
  if (typeof value !== 'string') throw source.errorAt(nameOffset, `${JSON.stringify(name)} cannot be a name`);
  return { name, nameOffset, value, end };
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}
