import type { Logger } from '@quorate/raft';
import { type DestinationStream, pino } from 'pino';
import { LineLimits } from './line-limits.ts';
import { emitLine } from './otlp-log-lines.ts';

/** What every line of a node bears. */
export interface LogIdentity {
  readonly cluster: string;
  readonly group: string;
  readonly node: string;
}

/** How much is logged, and where to. */
export interface LoggerOptions {
  /** A level of pino's, such as `info` or `debug`. */
  readonly level: string;
  /** The term that the node's part of the group is in: of each line, unless the line has one of its own. */
  readonly currentTerm: () => number;
  /** Whether the lines are handed to OpenTelemetry as well; not unless given. */
  readonly asOtlp?: boolean;
  /** Standard output if absent. */
  readonly destination?: DestinationStream;
}

const longestBacklogBytes = 1024 * 1024;

/** Makes the loggers of a node's actors: one JSON line an event, with cluster, group, node, actor and term as fields. Of one kind no more than fifty are written in ten seconds; the next says how many were withheld. */
export function createLoggers(identity: LogIdentity, options: LoggerOptions): (actor: string) => Logger {
  const { level, currentTerm, destination, asOtlp = false } = options;
  const settings = {
    level,
    base: { pid: process.pid, ...identity },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ term: currentTerm() }),
  };
  const root = pino(settings, destination ?? standardOutput());
  const limits = new LineLimits();
  return (actor) => {
    const child = root.child({ actor });
    const write = (at: 'info' | 'warn' | 'error'): Logger['info'] => {
      return (message, fields = {}) => {
        const withheld = limits.take(`${actor} ${at} ${message}`);
        if (withheld === null) return;
        const said = withheld === 0 ? fields : { ...fields, withheld };
        child[at](said, message);
        if (asOtlp && child.isLevelEnabled(at))
          emitLine(at, message, { ...identity, actor, term: currentTerm(), ...said });
      };
    };
    return { info: write('info'), warn: write('warn'), error: write('error') };
  };
}

/** A log that cannot be written, because the disk is full, must not throw at whoever logs; the newest lines are what is lost. */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true, maxLength: longestBacklogBytes });
  stream.on('error', () => {});
  return stream;
}
