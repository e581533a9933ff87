import type { Load } from './load.ts';
import type { LoadFigures } from './load-figures.ts';

/** What can be started and measured. */
export type SystemName = 'quorate' | 'limit' | 'etcd' | 'jetstream';

/** What is compared: a system, or what NATS alone takes, which is measured together with Quorate's reads. */
export type Subject = SystemName | 'nats';

/** What a system needs while it is measured. */
export interface Site {
  /** A folder of its own, on a disk. */
  readonly folder: string;
  /** Whatever was started is ended by these, the last first. */
  readonly onEnd: (end: () => Promise<void>) => void;
}

/** What was measured together. */
export type Figures = Readonly<Partial<Record<Subject, LoadFigures>>>;

/** A system that runs. */
export interface RunningSystem {
  /** Puts a load on it, by a client in a process of its own. */
  readonly measure: (load: Load) => Promise<Figures>;
}

/** Something that can be compared. */
export interface System {
  readonly name: SystemName;
  /** What it is, with its version and its client. @throws {Missing} if it is not installed */
  readonly describe: () => Promise<string>;
  /** Starts it as it ships, with nothing in it. */
  readonly start: (site: Site) => Promise<RunningSystem>;
}

/** A system is not installed on this machine. The message says what is missing. */
export class Missing extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Missing';
  }
}
