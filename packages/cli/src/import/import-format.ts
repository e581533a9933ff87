import { basename } from 'node:path';

/** The formats whose leaves can be imported. */
export const importFormats = ['json', 'yaml', 'env'] as const;

/** One of `importFormats`. */
export type ImportFormat = (typeof importFormats)[number];

/**
 * The format that a file's name tells: `*.json`, `*.yaml` and `*.yml`, `.env`, `.env.*` and `*.env`. Null if it tells none.
 * The ending goes first, so that `.env.json` is JSON; `.env.production` ends in nothing known, and is an env file.
 */
export function formatOf(name: string): ImportFormat | null {
  const lastPart = basename(name).toLowerCase();
  if (lastPart.endsWith('.json')) return 'json';
  if (lastPart.endsWith('.yaml') || lastPart.endsWith('.yml')) return 'yaml';
  if (lastPart.endsWith('.env') || lastPart.startsWith('.env.')) return 'env';
  return null;
}
