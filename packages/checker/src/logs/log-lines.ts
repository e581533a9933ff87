import { MalformedLog } from './malformed-log.ts';

/**
 * Hands each line of a log to `take`, without what is blank at its ends, and its number from 1. A last line that has no end and makes no sense was cut off
 * when the recorder ended: what it was about to say is not known.
 * @throws {MalformedLog} as `take` does, of any other line
 */
export function forEachLine(text: string, take: (content: string, line: number) => void): void {
  const lines = text.split('\n');
  for (const [before, content] of lines.entries()) {
    const isCutOff = before === lines.length - 1 && content !== '';
    try {
      take(content.trim(), before + 1);
    } catch (error) {
      if (!(isCutOff && error instanceof MalformedLog)) throw error;
    }
  }
}
