import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { findDebianTool } from '../../infra/setup/debian-tool.mjs';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'debian-tool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function writeProgram(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
}

function setPath(...folders: readonly string[]): void {
  vi.stubEnv('PATH', folders.join(delimiter));
  onTestFinished(() => void vi.unstubAllEnvs());
}

const tool = {
  command: 'some-tool',
  package: 'some-package',
  pathInPackage: 'usr/lib/nowhere/some-tool',
  website: 'https://example.org/some-tool',
};

test('the program on the PATH comes first', async () => {
  const folder = await temporaryFolder();
  await writeProgram(join(folder, 'bin', 'some-tool'));
  await writeFile(join(folder, 'some-tool'), 'not executable');
  setPath(folder, join(folder, 'bin'));
  expect(await findDebianTool({ ...tool, cacheFolder: folder })).toBe(join(folder, 'bin', 'some-tool'));
});

test('then the one that was unpacked before', async () => {
  const folder = await temporaryFolder();
  const unpacked = join(folder, `some-package-${process.arch}`, tool.pathInPackage);
  await writeProgram(unpacked);
  setPath();
  expect(await findDebianTool({ ...tool, cacheFolder: folder })).toBe(unpacked);
});

test('a library needs only be readable, and is not looked for on the PATH', async () => {
  const folder = await temporaryFolder();
  await writeProgram(join(folder, 'bin', 'some-tool'));
  const unpacked = join(folder, `some-package-${process.arch}`, tool.pathInPackage);
  await mkdir(dirname(unpacked), { recursive: true });
  await writeFile(unpacked, 'not executable');
  setPath(join(folder, 'bin'));
  expect(await findDebianTool({ ...tool, isLibrary: true, cacheFolder: folder })).toBe(unpacked);
});

test('where Debian’s tools are missing, one line says how to get the program', async () => {
  const folder = await temporaryFolder();
  setPath(folder);
  await expect(findDebianTool({ ...tool, cacheFolder: folder })).rejects.toThrow(
    /^some-tool is needed and is not on the PATH: get it from https:\/\/example\.org\/some-tool$/,
  );
});

test('Debian’s package is fetched once, though several ask for it at the same time', async () => {
  const folder = await temporaryFolder();
  const bin = join(folder, 'bin');
  // Stand-ins for apt-get, which knows the package only from lists of its own, and dpkg.
  await writeProgram(join(bin, 'apt-get'));
  await writeFile(
    join(bin, 'apt-get'),
    '#!/bin/sh\ncase "$*" in *download*) [ -e lists/fresh ] && : > p.deb;; *update*) : > lists/fresh;; esac\n',
  );
  await writeProgram(join(bin, 'dpkg'));
  await writeFile(
    join(bin, 'dpkg'),
    `#!/bin/sh\nmkdir -p "$3/${dirname(tool.pathInPackage)}" && : > "$3/${tool.pathInPackage}" && chmod +x "$3/${tool.pathInPackage}"\n`,
  );
  setPath(bin, '/usr/bin', '/bin');
  const cacheFolder = join(folder, 'cache');
  const unpacked = join(cacheFolder, `some-package-${process.arch}`, tool.pathInPackage);
  const found = await Promise.all([1, 2, 3].map(() => findDebianTool({ ...tool, cacheFolder })));
  expect(found).toEqual([unpacked, unpacked, unpacked]);
});

test('a package that cannot be had is told in one line', async () => {
  const folder = await temporaryFolder();
  const bin = join(folder, 'bin');
  await writeProgram(join(bin, 'dpkg'));
  await writeProgram(join(bin, 'apt-get'));
  await writeFile(join(bin, 'apt-get'), '#!/bin/sh\necho "W: first" >&2\necho "E: no such package" >&2\nexit 100\n');
  setPath(bin, '/usr/bin', '/bin');
  await expect(findDebianTool({ ...tool, cacheFolder: join(folder, 'cache') })).rejects.toThrow(
    /^some-tool is needed and Debian's package could not be fetched \(E: no such package\): https:\S+$/,
  );
});
