import type { Fault } from './fault.ts';

/** A fault in words: its kind, whom it strikes if that is known by now, and how. */
export function faultText({ atMs: _atMs, kind, ...details }: Fault, struck: readonly string[] | null = null): string {
  const whom = struck === null ? '' : ` of ${struck.join(', ') || 'nobody'}`;
  const known = Object.entries(details).filter(([name]) => struck === null || name !== 'victim');
  return `${kind}${whom}${known.map(describe).join('')}`;
}

function describe([name, value]: readonly [string, unknown]): string {
  return ` ${name}=${describeValue(value)}`;
}

function describeValue(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value).map(describe).join('').trim()}}`;
}
