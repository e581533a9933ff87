import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this clone. */
export const repositoryFolder = fileURLToPath(new URL('../..', import.meta.url));

/** A package.json or another JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A file of code, by its path from the root of the clone. */
export interface SourceFile {
  readonly path: string;
  readonly code: string;
}

/** A package of the workspace. */
export interface WorkspacePackage {
  /** From the root of the clone: `packages/raft`. */
  readonly folder: string;
  readonly name: string;
  readonly manifest: JsonObject;
  readonly tsconfig: JsonObject;
  readonly sources: readonly SourceFile[];
}

/** A value as a JSON object, an empty one if it is none. */
export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Reads a JSON file by its path from the root of the clone. */
export const readJson = (path: string): JsonObject =>
  objectOf(JSON.parse(readFileSync(join(repositoryFolder, path), 'utf8')));

/** All files below a folder of the clone, by their paths from its root, without node_modules and dist. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(repositoryFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return isMade(entry.name) ? [] : filesBelow(path);
  });
}

/** Whether a folder of that name holds what was installed or built. A bundle that is being made has a number behind it. */
const isMade = (name: string): boolean => /^(?:node_modules|dist|bundle(?:\.\d+)?)$/.test(name);

/** The packages of the workspace, as they stand in the clone. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const patterns = readJson('package.json').workspaces;
  const folders = (Array.isArray(patterns) ? patterns : []).flatMap((pattern) => {
    const parent = dirname(String(pattern));
    return readdirSync(join(repositoryFolder, parent)).map((name) => join(parent, name));
  });
  return folders.map((folder) => {
    const manifest = readJson(join(folder, 'package.json'));
    const sources = filesBelow(join(folder, 'src')).filter((path) => path.endsWith('.ts'));
    return {
      folder,
      name: String(manifest.name),
      manifest,
      tsconfig: readJson(join(folder, 'tsconfig.json')),
      sources: sources.map((path) => ({ path, code: readFileSync(join(repositoryFolder, path), 'utf8') })),
    };
  });
}
