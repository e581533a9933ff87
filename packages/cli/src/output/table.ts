/** What is known of a column before its cells are. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. Left unless given. */
  readonly align?: 'left' | 'right';
}

/** Lays rows out in columns of even width, two spaces between them; titles stand above if there are any. */
export class Table {
  readonly #columns: readonly Column[];
  readonly #widths: number[];

  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#widths = columns.map(({ title }) => widthOf(title));
  }

  /** The line of the titles. */
  head(): string {
    return this.#line(this.#columns.map(({ title }) => title));
  }

  /** The lines of some rows. A later call may widen the columns, but never narrows them. */
  lines(rows: readonly (readonly string[])[]): readonly string[] {
    for (const row of rows) this.#fit(row);
    return rows.map((row) => this.#line(row));
  }

  #fit(row: readonly string[]): void {
    row.forEach((cell, at) => {
      this.#widths[at] = Math.max(this.#widths[at] ?? 0, widthOf(cell));
    });
  }

  #line(row: readonly string[]): string {
    const cells = row.map((cell, at) => {
      const space = ' '.repeat(Math.max(0, (this.#widths[at] ?? 0) - widthOf(cell)));
      return this.#columns[at]?.align === 'right' ? space + cell : cell + space;
    });
    return cells.join('  ').trimEnd();
  }
}

/** Titles and rows at once. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const table = new Table(columns);
  const lines = table.lines(rows);
  return [table.head(), ...lines];
}

const widthOf = (text: string): number => Array.from(text).length;
