import type { LogEntry } from '@quorate/raft';
import { type Command, commandOf } from '@quorate/wire';

/** The commands in a log, without those that came again in their session: they do nothing. */
export function commandsIn(log: readonly LogEntry[]): readonly Command[] {
  const places = new Set<string>();
  return log.flatMap((entry) => {
    const command = commandOf(entry);
    if (command === null) return [];
    const inSession = 'inSession' in command ? command.inSession : undefined;
    if (inSession === undefined) return [command];
    const place = `${inSession.session} ${inSession.sequence}`;
    if (places.has(place)) return [];
    places.add(place);
    return [command];
  });
}
