import { expect } from 'vitest';
import type { CommandResult } from './quorate-command.ts';

/** A command failed as commands do: with that exit code, and one line on standard error that says all of `says`. Gives the line. */
export function expectFailure(result: CommandResult, exitCode: number, ...says: readonly string[]): string {
  const line = result.errorOutput.slice(0, -1);
  expect(result.errorOutput).toMatch(/^quorate: [^\n]+\n$/);
  for (const text of says) expect(line).toContain(text);
  expect(result).toMatchObject({ exitCode, output: Buffer.alloc(0) });
  return line;
}
