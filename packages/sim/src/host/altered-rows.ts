import type { KeyWriter, RowReader, RowWriter, Table, Tables, TablesReader } from '@quorate/config-store';

/** A field of a row. */
export type Field = number | string | Uint8Array;

/** What is found in the place of a row with these fields, and this key; null for no row. */
export type AlterRow = (fields: readonly Field[], key: readonly Field[]) => readonly Field[] | null;

/** Tables in one of which whoever looks for a row finds what `alter` makes of it. */
export function alteredRows(tables: Tables, tableId: number, alter: AlterRow): Tables {
  const getFrom =
    (reader: TablesReader): TablesReader['get'] =>
    <Key, Row>(table: Table<Key, Row>, key: Key): Row | null => {
      const row = reader.get(table, key);
      return row === null || table.id !== tableId ? row : alteredRow(table, key, row, alter);
    };
  const rangeFrom =
    (reader: TablesReader): TablesReader['range'] =>
    (table, range) => {
      const found = reader.range(table, range);
      if (table.id !== tableId) return found;
      return found.flatMap(({ key, row }) => {
        const altered = alteredRow(table, key, row, alter);
        return altered === null ? [] : [{ key, row: altered }];
      });
    };
  return {
    get progress() {
      return tables.progress;
    },
    get: getFrom(tables),
    range: rangeFrom(tables),
    transaction: (step) =>
      tables.transaction((writer) =>
        step({
          get progress() {
            return writer.progress;
          },
          get: getFrom(writer),
          range: rangeFrom(writer),
          put: (table, key, row) => writer.put(table, key, row),
          delete: (table, key) => writer.delete(table, key),
          setProgress: (progress) => writer.setProgress(progress),
        }),
      ),
  };
}

/** The same tables; `committed` is told of each transaction what the progress was before. */
export function toldOfTransactions(tables: Tables, committed: (before: Tables['progress']) => void): Tables {
  return {
    get progress() {
      return tables.progress;
    },
    get: (table, key) => tables.get(table, key),
    range: (table, range) => tables.range(table, range),
    transaction: (step) => {
      const before = tables.progress;
      const result = tables.transaction(step);
      committed(before);
      return result;
    },
  };
}

function alteredRow<Key, Row>(table: Table<Key, Row>, key: Key, row: Row, alter: AlterRow): Row | null {
  const written = new WrittenFields();
  table.writeRow(row, written);
  const parts = new WrittenFields();
  table.writeKey(key, parts);
  const altered = alter(written.fields, parts.fields);
  return altered === null ? null : table.readRow(new FieldsReader(altered));
}

class WrittenFields implements RowWriter, KeyWriter {
  readonly fields: Field[] = [];

  counter(field: number): void {
    this.fields.push(field);
  }

  text(field: string): void {
    this.fields.push(field);
  }

  bytes(field: Uint8Array): void {
    this.fields.push(field);
  }
}

class FieldsReader implements RowReader {
  readonly #fields: readonly Field[];
  #at = 0;

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#fields.length;
  }

  counter(): number {
    const field = this.#next();
    return typeof field === 'number' ? field : Number.NaN;
  }

  text(): string {
    return String(this.#next());
  }

  bytes(): Uint8Array {
    const field = this.#next();
    return field instanceof Uint8Array ? field : new Uint8Array(0);
  }

  #next(): Field {
    const field = this.#fields[this.#at] ?? 0;
    this.#at += 1;
    return field;
  }
}
