import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ProcessEntry, processEntry } from './process-entry.ts';

/** Looks a process up. */
export type Lookup = (pid: number) => ProcessEntry | null;

/**
 * The way from a process up to npm: the pid of its parent first, npm's own last; null if npm is none of its ancestors.
 */
export function ancestryToNpm(parentPid: number, lookup: Lookup = processEntry): readonly number[] | null {
  const pids: number[] = [];
  for (let pid = parentPid; pid > 0; ) {
    const entry = lookup(pid);
    if (entry === null) return null;
    pids.push(pid);
    if (/^npm\b/.test(entry.name)) return pids;
    pid = entry.parentPid;
  }
  return null;
}

/**
 * Whether each process of the way is still the child of the next. When one ends, the kernel gives its children to another
 * parent at once, even where nobody has taken note of its end yet.
 */
export function isUnbroken(ancestry: readonly number[], parentPid: number, lookup: Lookup = processEntry): boolean {
  if (ancestry[0] !== parentPid) return false;
  return ancestry.every((pid, at) => {
    const next = ancestry[at + 1];
    return next === undefined || lookup(pid)?.parentPid === next;
  });
}

/**
 * Whether it is npm's script that runs in this process, rather than something that was started in a terminal which once was
 * opened by such a script and still has its variables.
 */
export function isNpmScript(environment: NodeJS.ProcessEnv): boolean {
  const script = environment.npm_lifecycle_script;
  if (script === undefined || process.platform !== 'linux') return false;
  // Not process.argv, which a script that becomes this command has changed.
  const [, ...args] = readFileSync('/proc/self/cmdline', 'utf8').split('\0');
  const program = args.find((argument) => !argument.startsWith('-'));
  return program !== undefined && program !== '' && script.includes(basename(program));
}
