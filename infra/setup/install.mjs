// Brings node_modules in line with package-lock.json. `npm ci` runs in a folder beside, and what it installed is moved
// into place when it is whole: whoever dies half-way, or runs beside another, leaves an old node_modules or none, never a
// mixture that a later run takes for whole.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkNodeVersion } from './node-version.mjs';
import { repositoryFolder } from './repository.mjs';
import { runProgram } from './run-program.mjs';
import { SetupFailure } from './setup-failure.mjs';

/** What of a package.json decides what is installed. */
const decisive = ['name', 'version', 'workspaces', 'bin', 'engines', 'overrides'].concat([
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
]);
const oneDayMs = 24 * 60 * 60 * 1000;

/**
 * Installs the packages of a clone, if node_modules is missing or made from another package-lock.json or package.json.
 * Says so in one line if it does. Throws a SetupFailure after npm's own output if npm fails.
 *
 * @param {string} root the folder of the clone
 */
export async function ensureInstalled(root = repositoryFolder) {
  const manifests = await readManifests(root);
  checkNodeVersion(manifests.get('package.json').engines.node);

  const wanted = await fingerprintOf(root, manifests);
  const installed = await readFingerprint(root);
  if (installed === wanted) return;
  const reason = installed === undefined ? 'there are none yet' : 'package-lock.json or a package.json has changed';
  console.log(`Installing packages with npm ci: ${reason}`);

  const cacheFolder = join(root, '.cache');
  await mkdir(cacheFolder, { recursive: true });
  await removeAbandoned(cacheFolder);
  const workFolder = await mkdtemp(join(cacheFolder, 'install-'));
  try {
    await copyInputs(root, workFolder, manifests);
    await runProgram('npm', ['ci', '--prefer-offline'], { cwd: workFolder, quiet: true });
    await writeFile(stampIn(workFolder), wanted);
    await moveIntoPlace(root, workFolder, wanted, manifests);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

const stampIn = (folder) => join(folder, 'node_modules/.quorate-install');

const readFingerprint = (root) => readFile(stampIn(root), 'utf8').catch(() => undefined);

/** The package.json of the root and of every workspace, by its path from the root. */
async function readManifests(root) {
  const read = async (path) => JSON.parse(await readFile(join(root, path), 'utf8'));
  const manifests = new Map([['package.json', await read('package.json')]]);
  for (const pattern of manifests.get('package.json').workspaces) {
    const folder = dirname(pattern);
    for (const name of (await readdir(join(root, folder))).sort()) {
      const path = join(folder, name, 'package.json');
      if (await exists(join(root, path))) manifests.set(path, await read(path));
    }
  }
  return manifests;
}

async function fingerprintOf(root, manifests) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([process.platform, process.arch]));
  for (const name of ['package-lock.json', '.npmrc']) hash.update(await readFile(join(root, name)));
  for (const [path, manifest] of manifests) {
    hash.update(JSON.stringify([path, ...decisive.map((field) => manifest[field] ?? null)]));
  }
  return hash.digest('hex');
}

/** Gives npm what it reads, and the programs of the workspaces, which it links. */
async function copyInputs(root, workFolder, manifests) {
  const programs = [...manifests].flatMap(([path, { bin }]) =>
    Object.values(typeof bin === 'string' ? { bin } : (bin ?? {})).map((file) => join(dirname(path), file)),
  );
  for (const path of ['package-lock.json', '.npmrc', ...manifests.keys(), ...programs]) {
    await mkdir(dirname(join(workFolder, path)), { recursive: true });
    await copyFile(join(root, path), join(workFolder, path));
  }
}

/** A workspace has a node_modules of its own where versions differ. The root's, which holds the stamp, comes last. */
async function moveIntoPlace(root, workFolder, wanted, manifests) {
  const [rootFolder, ...folders] = [...manifests.keys()].map((path) => join(dirname(path), 'node_modules'));
  try {
    for (const folder of folders) await replace(root, workFolder, folder);
    // Somebody else who had the same to install may be faster.
    while ((await readFingerprint(root)) !== wanted) {
      if (await replace(root, workFolder, rootFolder)) return;
    }
  } catch (error) {
    throw new SetupFailure(`node_modules could not be put into place: ${error.message}`);
  }
}

/** Moves away what was there, and what was made to its place; false if somebody else put theirs there in between. */
async function replace(root, workFolder, folder) {
  const goal = join(root, folder);
  await rename(goal, await mkdtemp(join(workFolder, 'old-'))).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!(await exists(join(workFolder, folder)))) return true;
  return rename(join(workFolder, folder), goal).then(
    () => true,
    (error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      return false;
    },
  );
}

/** A run that was killed could not remove its folder; nothing else knows of it. */
async function removeAbandoned(cacheFolder) {
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith('install-')) continue;
    const folder = join(cacheFolder, name);
    const startedAtMs = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - startedAtMs > oneDayMs) await rm(folder, { recursive: true, force: true });
  }
}

const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );
