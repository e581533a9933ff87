/** A table as Markdown has it: titles, then rows. All but the first column are numbers. */
export function tableLines(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = `|${titles.map((_, at) => (at === 0 ? '---' : '---:')).join('|')}|`;
  return [line(titles), rule, ...rows.map(line)];
}

/** A number with commas. */
export const numberText = (value: number): string => value.toLocaleString('en');

/** Bytes as MiB. */
export const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
