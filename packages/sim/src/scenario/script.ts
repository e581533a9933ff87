/** One line that the author wrote: a command, or prose and blank lines, which are kept as they are. */
export interface ScriptLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The words of a command; null for prose. */
  readonly words: readonly string[] | null;
}

const indent = '    ';

/**
 * The lines of a scenario's author, in order. What is indented is the trace that came of the command above it: it is
 * left out here, since a run writes it anew.
 */
export function readScript(text: string): readonly ScriptLine[] {
  return text
    .split(/\r?\n/)
    .map((line, place) => ({ text: line.trimEnd(), line: place + 1 }))
    .filter((line) => !/^\s+\S/.test(line.text))
    .map((line) => ({ ...line, words: wordsOf(line.text) }));
}

function wordsOf(line: string): readonly string[] | null {
  if (line === '' || line.startsWith('#')) return null;
  return line.split(/\s+/);
}

/** A line of the trace, as it stands in a scenario's file. */
export const traceText = (line: string): string => `${indent}${line}`;
