import type { ImportError } from './import-error.ts';
import { checkName, checkText, type Leaf, maxDepth } from './leaf.ts';
import type { SourceText } from './source-text.ts';

const blank = /[ \t\n]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const word = /[A-Za-z0-9_$.+-]+/y;
const anyCharacter = /./suy;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

/**
 * The leaves of a JSON file, in order. It accepts what JSON.parse accepts, less names that stand twice in an object; a
 * number keeps the text that it is written with, which JSON.parse would lose. null gives an empty text; an empty object
 * or array gives no leaf.
 * @throws {ImportError}
 */
export function jsonLeaves(source: SourceText): readonly Leaf[] {
  return new JsonReader(source).read();
}

class JsonReader {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #leaves: Leaf[] = [];
  readonly #path: string[] = [];
  #offset = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  read(): readonly Leaf[] {
    this.#value();
    this.#skipBlank();
    if (this.#offset < this.#text.length) throw this.#unexpected('the end of the file');
    return this.#leaves;
  }

  #value(): void {
    this.#skipBlank();
    const offset = this.#offset;
    const first = this.#text[offset];
    if (first === '{' || first === '[') {
      if (this.#path.length === maxDepth) {
        throw this.#source.errorAt(offset, `this is nested deeper than ${maxDepth} levels`);
      }
      if (first === '{') this.#object();
      else this.#array();
      return;
    }
    const text = first === '"' ? this.#string() : this.#numberOrWord();
    checkText(this.#source, offset, text);
    this.#leaves.push({ path: [...this.#path], text, offset });
  }

  #object(): void {
    this.#offset += 1;
    if (this.#skip('}')) return;
    const names = new Set<string>();
    do {
      this.#skipBlank();
      const offset = this.#offset;
      if (this.#text[offset] !== '"') throw this.#unexpected('a name in double quotes');
      const name = this.#string();
      checkName(this.#source, offset, name);
      if (names.has(name)) throw this.#source.errorAt(offset, `the name ${JSON.stringify(name)} stands here twice`);
      names.add(name);
      this.#expect(':');
      this.#within(name);
    } while (this.#skip(','));
    this.#expect('}');
  }

  #array(): void {
    this.#offset += 1;
    if (this.#skip(']')) return;
    let index = 0;
    do {
      this.#within(String(index));
      index += 1;
    } while (this.#skip(','));
    this.#expect(']');
  }

  #within(part: string): void {
    this.#path.push(part);
    this.#value();
    this.#path.pop();
  }

  #string(): string {
    const start = this.#offset;
    this.#offset += 1;
    while (this.#text[this.#offset] !== '"') {
      const character = this.#text[this.#offset];
      if (character === undefined) throw this.#source.errorAt(start, 'the string that begins here has no end');
      if (character < ' ') throw this.#source.errorAt(this.#offset, 'a control character in a string must be escaped');
      if (character !== '\\') this.#offset += 1;
      else if (this.#match(escapeSequence) === null) throw this.#unexpected('an escape sequence of JSON');
    }
    this.#offset += 1;
    return String(JSON.parse(this.#text.slice(start, this.#offset)));
  }

  #numberOrWord(): string {
    const start = this.#offset;
    const text = this.#match(word);
    if (text === 'null') return '';
    if (text === 'true' || text === 'false') return text;
    this.#offset = start;
    if (text === null || this.#match(number) !== text) {
      this.#offset = start;
      throw this.#unexpected('a value');
    }
    return text;
  }

  #skip(character: string): boolean {
    this.#skipBlank();
    if (this.#text[this.#offset] !== character) return false;
    this.#offset += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw this.#unexpected(JSON.stringify(character));
  }

  #skipBlank(): void {
    this.#match(blank);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const text = pattern.exec(this.#text)?.[0] ?? null;
    this.#offset += text?.length ?? 0;
    return text;
  }

  #unexpected(expected: string): ImportError {
    const offset = this.#offset;
    const found = this.#match(word)?.slice(0, 40) ?? this.#match(anyCharacter);
    const what = found === null ? 'the end of the file' : JSON.stringify(found);
    return this.#source.errorAt(offset, `expected ${expected}, found ${what}`);
  }
}
