import type { SimulatedEvent } from '../host/simulated-event.ts';

/** One event in one line: when, who told whom what. */
export function traceLine(event: SimulatedEvent): string {
  const time = (event.atUs / 1e6).toFixed(6).padStart(10);
  const { node, message, sender, from, actor, kind } = event;
  if (node === null) return `${time}  ${actor === '' ? '' : `${actor} `}${kind}`;
  if (message === null || sender === null) return `${time}  ${node.id} ${kind}`;
  const told = `${sender.node}#${sender.incarnation} ${from} → ${node.id} ${actor}`;
  return `${time}  ${told}  ${kind}${describe({ ...message, kind: null })}`;
}

function describe(message: object): string {
  return Object.entries(message)
    .filter(([name, value]) => name !== 'kind' || value !== null)
    .map(([name, value]) => ` ${name}=${describeValue(value)}`)
    .join('');
}

function describeValue(value: unknown): string {
  if (value instanceof Uint8Array) return JSON.stringify(new TextDecoder().decode(value));
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `{${describe(value).trim()}}`;
  return String(value);
}
