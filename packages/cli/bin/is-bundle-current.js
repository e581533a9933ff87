import { existsSync, readdirSync, statSync } from 'node:fs';

/** Whether there is a bundle of the command, and it is not older than what the sources were compiled to, where those stand beside it. */
export function isBundleCurrent() {
  const bundledAtMs = changedAtMs(new URL('../bundle/quorate.mjs', import.meta.url));
  if (bundledAtMs === null) return false;
  return ['../../', '../../../services/'].every((packages) =>
    areOlder(new URL(packages, import.meta.url), bundledAtMs),
  );
}

function areOlder(packages, bundledAtMs) {
  if (!existsSync(packages)) return true;
  return readdirSync(packages).every(
    (name) => (changedAtMs(new URL(`${name}/dist/.tsbuildinfo`, packages)) ?? 0) <= bundledAtMs,
  );
}

function changedAtMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
