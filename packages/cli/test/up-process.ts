import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startQuorate } from './command.ts';

/** A `quorate up` that runs. */
export interface UpProcess {
  readonly child: ChildProcess;
  /** The lines on standard output so far. */
  readonly lines: readonly string[];
  /** The lines on standard error so far. */
  readonly complaints: readonly string[];
  /** Resolves when it has said that the cluster has a leader. */
  ready(): Promise<void>;
  /** Where its broker listens. */
  url(): string;
  /** Resolves with the first line on standard output that matches, past ones included. */
  line(pattern: RegExp): Promise<string>;
  /** The same of standard error. */
  complaint(pattern: RegExp): Promise<string>;
  /** Sends a signal, and resolves with the exit code, or the signal, when the process is gone. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** A busy machine must not make the nodes elect another leader, and lose the answer to a write, in tests of other things. */
export const patience = ['--election-timeout-min-ms', '600', '--election-timeout-max-ms', '1200'];

/** Starts `quorate up` with a free port, and resolves when it has said that the cluster has a leader. */
export async function startUp(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<UpProcess> {
  const up = watchUp(startQuorate(['up', '--port', '0', ...patience, ...args], { env }));
  await up.ready();
  return up;
}

/** Follows what an `up`, or an npm that runs it, says. */
export function watchUp(child: ChildProcess): UpProcess {
  const lines: string[] = [];
  const complaints: string[] = [];
  const heard = new Set<() => void>();
  const closed = once(child, 'close');
  follow(child.stdout, lines, heard);
  follow(child.stderr, complaints, heard);

  const lineOf = (from: readonly string[], pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = from.find((text) => pattern.test(text));
        if (line === undefined) return;
        heard.delete(look);
        resolve(line);
      };
      heard.add(look);
      look();
      void closed.then(() => reject(new Error(`it ended: ${[...lines, ...complaints].join(' | ')}`)));
    });

  return {
    child,
    lines,
    complaints,
    ready: async () => void (await lineOf(lines, /is up/)),
    url: () => /--nats (\S+)/.exec(lines.find((line) => line.includes('is up')) ?? '')?.[1] ?? '',
    line: (pattern) => lineOf(lines, pattern),
    complaint: (pattern) => lineOf(complaints, pattern),
    async end(signal) {
      child.kill(signal);
      const [code, endSignal] = await closed;
      return code ?? endSignal;
    },
  };
}

function follow(stream: NodeJS.ReadableStream | null, lines: string[], heard: ReadonlySet<() => void>): void {
  if (stream === null) return;
  createInterface({ input: stream }).on('line', (line) => {
    lines.push(line);
    for (const tell of [...heard]) tell();
  });
}
