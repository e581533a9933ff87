import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What the operating system says of a process. */
export interface ProcessEntry {
  readonly parentPid: number;
  /** The name that it gives itself; it may be cut short. */
  readonly name: string;
}

/** Looks a process up; null if there is none. */
export function processEntry(pid: number): ProcessEntry | null {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return null;
  }
}

/** `4711 (npm start) S 4242 …`: the name may hold parentheses itself. */
function fromProc(pid: number): ProcessEntry | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const nameEnd = stat.lastIndexOf(')');
  const parentPid = Number(stat.slice(nameEnd + 2).split(' ')[1]);
  return Number.isInteger(parentPid) ? { parentPid, name: stat.slice(stat.indexOf('(') + 1, nameEnd) } : null;
}

function fromPs(pid: number): ProcessEntry | null {
  const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parentPid, name = ''] = /^\s*(\d+)\s+(.*)/.exec(line) ?? [];
  return parentPid === undefined ? null : { parentPid: Number(parentPid), name };
}
