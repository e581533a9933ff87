import type { Fault } from '../faults/fault.ts';

/** One fault in one line. */
export function faultLine({ atMs, kind, ...details }: Fault): string {
  return `${(atMs / 1000).toFixed(3).padStart(10)}  ${kind}${Object.entries(details).map(describe).join('')}`;
}

function describe([name, value]: readonly [string, unknown]): string {
  return ` ${name}=${describeValue(value)}`;
}

function describeValue(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value).map(describe).join('').trim()}}`;
}
