import type { SimulatedEvent } from '../host/simulated-event.ts';
import { entriesText, messageText, nameText } from '../scenario/message-text.ts';

/** What happens outside of the nodes is told in words of its own; these events say only that something of the kind goes on. */
const toldOtherwise: ReadonlySet<string> = new Set([
  'faultEnds',
  'clientCalls',
  'clientAsks',
  'clientAnswered',
  'clientRetries',
]);

/** One event in one line: when, who told whom what. Null if a note tells of it. */
export function traceLine(event: SimulatedEvent): string | null {
  const { node, message, sender, from, actor, kind, atUs } = event;
  if (node === null) return toldOtherwise.has(kind) ? null : noteLine(atUs, actor === '' ? kind : `${actor} ${kind}`);
  if (message === null || sender === null)
    return noteLine(atUs, [node.id, actor, kind, from].filter(Boolean).join(' '));
  const told = `${sender.node}#${sender.incarnation} ${from} → ${node.id} ${actor}`;
  return noteLine(atUs, `${told}  ${saidText(message)}`);
}

/** A line of the trace about something that happens at that time. */
export const noteLine = (atUs: number, words: string): string => `${(atUs / 1e6).toFixed(6).padStart(10)}  ${words}`;

/** In the words of the golden scenarios, where they have any for it; else all its fields. */
function saidText(message: NonNullable<SimulatedEvent['message']>): string {
  const words = messageText(message);
  return words === nameText(message) ? `${words}${describe(message)}` : words;
}

function describe(message: object): string {
  return Object.entries(message)
    .filter(([name]) => name !== 'kind' && name !== 'sequence')
    .map(([name, value]) => ` ${name}=${describeValue(name, value)}`)
    .join('');
}

function describeValue(name: string, value: unknown): string {
  if (value instanceof Uint8Array) return JSON.stringify(new TextDecoder().decode(value));
  if (name === 'entries' && Array.isArray(value)) return `[${entriesText(value)}]`;
  if (Array.isArray(value)) return `[${value.map((one) => describeValue('', one)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{${describe(value).trim()}}`;
  return String(value);
}
