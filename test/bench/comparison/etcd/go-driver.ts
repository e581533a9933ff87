import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Debian's packages have the sources of Go libraries. */
const debianSources = '/usr/share/gocode';

/** Our client for etcd in Go, built on the first call; null where Go or etcd's own client for it is not installed. */
let built: Promise<string | null> | null = null;
export function goDriver(repositoryFolder: string): Promise<string | null> {
  built ??= build(repositoryFolder);
  return built;
}

async function build(repositoryFolder: string): Promise<string | null> {
  const program = join(repositoryFolder, '.cache', 'tools', 'etcd-driver');
  const environment = { ...process.env, GO111MODULE: 'off', GOPATH: debianSources };
  const cwd = join(repositoryFolder, 'test', 'bench', 'comparison', 'etcd', 'driver');
  await mkdir(join(program, '..'), { recursive: true });
  try {
    await run('go', ['build', '-o', program, '.'], { cwd, env: environment });
    return program;
  } catch {
    return null;
  }
}
