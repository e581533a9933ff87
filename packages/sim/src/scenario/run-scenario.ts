import { isName } from '@quorate/actor';
import { runCommand } from './commands.ts';
import { CommandRefused, InvalidScenario } from './invalid-scenario.ts';
import { Scenario } from './scenario.ts';
import { readScript, traceText } from './script.ts';

/** What came of a story. */
export interface ScenarioResult {
  /** The file as it should be: what its author wrote, and under each command the trace that came of it. */
  readonly text: string;
  /** What Raft rules out and has happened nevertheless, if anything has. */
  readonly violation: { readonly invariant: string; readonly what: string } | null;
}

/**
 * Runs a story: the actors of a group as they ship, under a host where nothing happens but what the author asks for.
 * @throws {InvalidScenario} if a line of it cannot be carried out
 */
export function runScenario(file: string, text: string): ScenarioResult {
  let scenario: Scenario | null = null;
  const lines: string[] = [];
  for (const { text: written, line, words } of readScript(text)) {
    lines.push(written);
    if (words === null) continue;
    try {
      if (scenario === null) scenario = clusterOf(words);
      else runCommand(scenario, words);
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      throw new InvalidScenario({ file, line, textSoFar: lines.join('\n') }, `"${written}": ${error.message}`);
    }
    lines.push(...scenario.trace.take().map(traceText));
  }
  return { text: lines.join('\n'), violation: scenario?.violation ?? null };
}

function clusterOf([name, ...words]: readonly string[]): Scenario {
  const split = words.indexOf('spare');
  const members = split === -1 ? words : words.slice(0, split);
  const spares = split === -1 ? [] : words.slice(split + 1);
  if (name !== 'cluster' || members.length === 0) throw new CommandRefused('a story begins with: cluster NODE…');
  const names = [...members, ...spares];
  const wrong = names.find((node, place) => !isName(node) || names.indexOf(node) !== place);
  if (wrong !== undefined) throw new CommandRefused(`${wrong} is no name for a node, or stands there twice`);
  return new Scenario(members, spares);
}
