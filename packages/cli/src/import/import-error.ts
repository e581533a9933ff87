/** A place in a text file, both counted from 1; a column is a character, not a byte. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A file cannot be imported. Its message is one line that begins with the file and the place, as compilers write it. */
export class ImportError extends Error {
  readonly code = 'InvalidImport';
  readonly file: string;
  /** Null, as is the column, where the file as a whole is meant. */
  readonly line: number | null;
  readonly column: number | null;

  constructor(file: string, place: Place | null, what: string) {
    super(place === null ? `${file}: ${what}` : `${file}:${place.line}:${place.column}: ${what}`);
    this.name = 'ImportError';
    this.file = file;
    this.line = place?.line ?? null;
    this.column = place?.column ?? null;
  }
}
