/** What a line of a trace tells of. An author may hide each kind that does not matter to the story. */
export const traceKinds = [
  'sends',
  'receipts',
  'heartbeats',
  'stores',
  'flushes',
  'roles',
  'commits',
  'applies',
  'snapshots',
  'answers',
  'timers',
] as const;

/** What a line of a trace tells of. */
export type TraceKind = (typeof traceKinds)[number];

/** The lines that come of a command. */
export class Trace {
  readonly #hidden = new Set<TraceKind>();
  #lines: string[] = [];

  /** Adds a line, unless one of the kinds that it is of is hidden. Of no kind, it is always shown. */
  add(kinds: readonly TraceKind[], line: string): void {
    if (kinds.some((kind) => this.#hidden.has(kind))) return;
    this.#lines.push(line);
  }

  hide(kinds: readonly TraceKind[]): void {
    for (const kind of kinds) this.#hidden.add(kind);
  }

  show(kinds: readonly TraceKind[]): void {
    for (const kind of kinds) this.#hidden.delete(kind);
  }

  /** The lines since the last time. */
  take(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}
