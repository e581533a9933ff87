// Notices that the npm which runs this process is gone. npm hands on the signals that it can, but nobody hands on SIGKILL, and the shell
// between npm and its script lives on. `quorate up` does the same for itself (packages/cli/src/up/npm-ancestry.ts): that is not built
// yet when this is needed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const checkEveryMs = 250;

/**
 * Calls `onGone` once, when npm or a process between it and this one is gone. Without npm it does nothing. The answer ends the watch.
 *
 * @param {() => void} onGone
 */
export function watchNpm(onGone) {
  const ancestry = process.env.npm_lifecycle_event === undefined ? null : ancestryToNpm();
  if (ancestry === null) return () => {};
  const timer = setInterval(() => {
    if (isUnbroken(ancestry)) return;
    clearInterval(timer);
    onGone();
  }, checkEveryMs);
  return () => clearInterval(timer);
}

/** The pids from the parent of this process up to npm's own; null if npm is none of its ancestors. */
function ancestryToNpm() {
  const pids = [];
  for (let pid = process.ppid; pid > 0; ) {
    const entry = processEntry(pid);
    if (entry === null) return null;
    pids.push(pid);
    if (/^npm\b/.test(entry.name)) return pids;
    pid = entry.parentPid;
  }
  return null;
}

/** When a process ends, the kernel gives its children to another parent at once. */
function isUnbroken(ancestry) {
  if (ancestry[0] !== process.ppid) return false;
  return ancestry.every((pid, at) => at === ancestry.length - 1 || processEntry(pid)?.parentPid === ancestry[at + 1]);
}

function processEntry(pid) {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return null;
  }
}

/** `4711 (npm start) S 4242 …`: the name may hold parentheses itself. */
function fromProc(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const nameEnd = stat.lastIndexOf(')');
  const name = stat.slice(stat.indexOf('(') + 1, nameEnd);
  return { parentPid: Number(stat.slice(nameEnd + 2).split(' ')[1]), name };
}

function fromPs(pid) {
  const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parentPid, name] = /^\s*(\d+)\s+(.*)/.exec(line);
  return { parentPid: Number(parentPid), name };
}
