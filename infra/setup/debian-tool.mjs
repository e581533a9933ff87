// Finds a program or a library that tests need: the one that is installed, else Debian's own package, unpacked into the clone's cache
// folder. Nothing is installed, no service is started, and no root is needed.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const defaultCacheFolder = fileURLToPath(new URL('../../.cache/tools', import.meta.url));

/**
 * Gives the path of a program or library, fetching Debian's package for it when the machine lacks it.
 * Throws an Error of one line that says how to get it, when it cannot be fetched here.
 *
 * @param {import('./debian-tool.d.mts').DebianTool} tool
 * @returns {Promise<string>}
 */
export async function findDebianTool(tool) {
  const { command, package: packageName, pathInPackage, website, isLibrary = false } = tool;
  const { cacheFolder = defaultCacheFolder } = tool;
  const usable = isLibrary ? readable : executable;

  const installed = (isLibrary ? undefined : await findOnPath(command)) ?? (await usable(`/${pathInPackage}`));
  if (installed !== undefined) return installed;

  const home = join(cacheFolder, `${packageName}-${process.arch}`);
  const cached = await usable(join(home, pathInPackage));
  if (cached !== undefined) return cached;

  const missing = isLibrary ? `is not at /${pathInPackage}` : 'is not on the PATH';
  if (!(await isDebian())) throw new Error(`${command} is needed and ${missing}: get it from ${website}`);
  await fetchPackage(packageName, home, cacheFolder).catch((error) => {
    throw new Error(`${command} is needed and Debian's package could not be fetched (${lastLine(error)}): ${website}`);
  });
  const fetched = await usable(join(home, pathInPackage));
  if (fetched === undefined) throw new Error(`Debian's package ${packageName} holds no ${pathInPackage}: ${website}`);
  return fetched;
}

async function isDebian() {
  return (await findOnPath('apt-get')) !== undefined && (await findOnPath('dpkg')) !== undefined;
}

async function findOnPath(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = folder === '' ? undefined : await executable(join(folder, command));
    if (path !== undefined) return path;
  }
  return undefined;
}

const executable = (path) => accessible(path, constants.X_OK);

const readable = (path) => accessible(path, constants.R_OK);

async function accessible(path, mode) {
  return access(path, mode).then(
    () => path,
    () => undefined,
  );
}

/** Unpacks beside the goal and renames, so that a half-unpacked tool is never found, whoever else does the same. */
async function fetchPackage(packageName, home, cacheFolder) {
  await mkdir(cacheFolder, { recursive: true });
  const workFolder = await mkdtemp(join(cacheFolder, `.${packageName}-`));
  try {
    await download(packageName, workFolder);
    const archive = (await readdir(workFolder)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get downloaded nothing');
    await run('dpkg', ['-x', join(workFolder, archive), join(workFolder, 'unpacked')]);
    await rename(join(workFolder, 'unpacked'), home).catch((error) => {
      // Somebody else was first: theirs is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function download(packageName, workFolder) {
  const aptGet = (...args) =>
    run('apt-get', ['-o', 'APT::Sandbox::User=root', '-o', 'Debug::NoLocking=true', ...args], { cwd: workFolder });

  try {
    await aptGet('download', packageName);
  } catch {
    // The machine's own lists may be missing, empty or stale, and only root may renew them: use lists of our own.
    const ownLists = ['-o', `Dir::State::Lists=${workFolder}/lists`, '-o', `Dir::Cache=${workFolder}/cache`];
    await mkdir(join(workFolder, 'lists', 'partial'), { recursive: true });
    await mkdir(join(workFolder, 'cache', 'archives', 'partial'), { recursive: true });
    // One source out of reach fails the update, though the others may have the package: the download decides.
    await aptGet(...ownLists, 'update').catch(() => undefined);
    await aptGet(...ownLists, 'download', packageName);
  }
}

function lastLine(error) {
  const text = String(error.stderr || error.message).trim();
  return text.slice(text.lastIndexOf('\n') + 1);
}
