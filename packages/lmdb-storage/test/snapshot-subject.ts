import { clusterName, type GroupId, groupId, nodeId } from '@quorate/actor';
import { keysTable } from '@quorate/config-store';
import { configurationOf, logIndex, type SnapshotPoint, type SnapshotRecord, silentPorts, term } from '@quorate/raft';
import { onTestFinished } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import type { LmdbTables } from '../src/lmdb-tables.ts';
import type { SnapshotAnswer } from '../src/snapshot-files/answer.ts';
import type { LmdbSnapshotFiles } from '../src/snapshot-files/lmdb-snapshot-files.ts';
import { keyRow } from './rows.ts';
import { timeOf } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

type Kind = SnapshotAnswer['kind'];

/** What is snapshotted, and where. */
export interface SnapshotSubjectOptions {
  readonly node?: string;
  readonly path?: string;
  readonly clusterId?: string;
  readonly group?: GroupId;
}

/** The tables and the snapshot files of one node, with what the files answer. */
export class SnapshotSubject {
  readonly path: string;
  readonly folder: DataFolder;
  readonly tables: LmdbTables;
  readonly files: LmdbSnapshotFiles;
  readonly fatal: unknown[] = [];
  readonly #answers: SnapshotAnswer[] = [];
  #heard: () => void = () => {};

  private constructor(folder: DataFolder, { clusterId = 'c1', group = groupId('config') }: SnapshotSubjectOptions) {
    this.path = folder.path;
    this.folder = folder;
    this.tables = folder.openTables(group);
    this.files = folder.openSnapshots({
      group,
      clusterId,
      tables: this.tables,
      logger: silentPorts.logger,
      tell: (answer) => {
        this.#answers.push(answer);
        this.#heard();
      },
      onFatal: (error) => {
        this.fatal.push(error);
        this.#heard();
      },
    });
  }

  /** Opens a node's folder, for the running test. */
  static async open(options: SnapshotSubjectOptions = {}): Promise<SnapshotSubject> {
    const { node = 'n1', path = temporaryFolder() } = options;
    const folder = await openDataFolder({ path, nodeId: nodeId(node), clusterName: clusterName('main') });
    const subject = new SnapshotSubject(folder, options);
    onTestFinished(() => subject.close());
    return subject;
  }

  async close(): Promise<void> {
    await this.files.close();
    await this.folder.close();
  }

  /** The next answer, which must be of that kind. */
  async answer<Wanted extends Kind>(kind: Wanted): Promise<Extract<SnapshotAnswer, { kind: Wanted }>> {
    for (;;) {
      const [error] = this.fatal;
      if (error !== undefined) throw error;
      const answer = this.#answers.shift();
      if (answer !== undefined) {
        if (isOf(answer, kind)) return answer;
        throw new Error(`${kind} was awaited, and it is ${JSON.stringify(answer)}`);
      }
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** What the files say the process must end for. */
  async failure(): Promise<unknown> {
    while (this.fatal.length === 0) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    return this.fatal[0];
  }

  /** Puts keys with values, and has then applied all up to `index`. */
  write(index: number, values: Readonly<Record<string, string>>): void {
    this.tables.transaction((writer) => {
      for (const [key, value] of Object.entries(values)) {
        writer.put(keysTable, key, { ...keyRow(value), modRevision: index });
      }
      writer.setProgress({ lastApplied: logIndex(index), lastAppliedTerm: term(1), revision: index, stateHash: index });
    });
  }

  /** What the tables hold. */
  content(): Readonly<Record<string, string>> {
    const rows = this.tables.range(keysTable, { limit: 1_000_000 });
    return Object.fromEntries(rows.map(({ key, row }) => [key, Buffer.from(row.value).toString()]));
  }

  /** Takes a snapshot of the state as it is. */
  async take(): Promise<SnapshotRecord> {
    this.files.take(pointAt(this.tables.progress.lastApplied));
    return (await this.answer('snapshotTaken')).record;
  }
}

const isOf = <Wanted extends Kind>(
  answer: SnapshotAnswer,
  kind: Wanted,
): answer is Extract<SnapshotAnswer, { kind: Wanted }> => answer.kind === kind;

/** Where a snapshot ends, and who is a member there. */
export function pointAt(index: number): SnapshotPoint {
  const voters = ['n1', 'n2', 'n3'].map((id) => ({ id: nodeId(id), storageId: `disk-of-${id}` }));
  return { index: logIndex(index), term: term(1), ...timeOf(index), configuration: configurationOf(voters) };
}

/** So many keys, with values of that length. */
export function values(count: number, length: number, from = 0): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `/key/${String(from + at).padStart(7, '0')}`,
      `${at}`.padEnd(length, 'v'),
    ]),
  );
}
