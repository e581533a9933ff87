import { isUtf8 } from 'node:buffer';
import { ImportError, type Place } from './import-error.ts';

/** A file to import. */
export interface ImportFile {
  /** As the caller wrote it, with or without folders: it stands in errors, and its last part tells the format. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A file's text with line ends as LF and without a byte order mark, and the way back from an offset to a place. */
export class SourceText {
  readonly file: string;
  readonly text: string;

  /** @throws {ImportError} if the bytes are not UTF-8 */
  constructor(file: ImportFile) {
    this.file = file.name;
    if (!isUtf8(file.bytes)) throw new ImportError(file.name, placeOfBadByte(file.bytes), 'this is not UTF-8');
    this.text = new TextDecoder().decode(file.bytes).replace(/\r\n?/g, '\n');
  }

  /** The line and column of an offset into `text`. */
  placeOf(offset: number): Place {
    const linesBefore = this.text.slice(0, offset).split('\n');
    return { line: linesBefore.length, column: lengthInCharacters(linesBefore.at(-1) ?? '') + 1 };
  }

  /** An error that names the place of an offset into `text`. */
  errorAt(offset: number, what: string): ImportError {
    return new ImportError(this.file, this.placeOf(offset), what);
  }
}

const lengthInCharacters = (text: string): number => Array.from(text).length;

function placeOfBadByte(bytes: Uint8Array): Place {
  // Latin-1 makes a character of each byte, so that the lines are found before the text is known to be text.
  const lines = Buffer.from(bytes)
    .toString('latin1')
    .split(/\r\n?|\n/);
  const index = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
  const badLine = Buffer.from(lines[index] ?? '', 'latin1');
  let valid = 0;
  for (const character of badLine.toString()) {
    const length = Buffer.byteLength(character);
    if (character === '\uFFFD' && !badLine.subarray(valid, valid + length).equals(Buffer.from(character))) break;
    valid += length;
  }
  return { line: index + 1, column: lengthInCharacters(badLine.subarray(0, valid).toString()) + 1 };
}
