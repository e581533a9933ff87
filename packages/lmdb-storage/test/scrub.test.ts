import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { groupId } from '@quorate/actor';
import { type CorruptRecord, type Logger, term } from '@quorate/raft';
import { describe, expect, test } from 'vitest';
import type { LmdbLogStorage } from '../src/lmdb-log-storage.ts';
import { SecondCopy } from '../src/second-copy.ts';
import { entries } from './sample-entries.ts';
import { SnapshotSubject, values } from './snapshot-subject.ts';

const group = groupId('config');
const fast = { bytesPerSecond: 1024 ** 3, roundMs: 20 };

/** A folder in use, with a log, a state and a snapshot, that is scrubbed. */
class ScrubSubject {
  readonly damage: CorruptRecord[] = [];
  readonly errors: string[] = [];
  readonly log: LmdbLogStorage;
  readonly subject: SnapshotSubject;
  #heard: () => void = () => {};

  private constructor(subject: SnapshotSubject) {
    this.subject = subject;
    this.log = subject.folder.openLog(group);
  }

  static async open(): Promise<ScrubSubject> {
    const scrubbed = new ScrubSubject(await SnapshotSubject.open());
    scrubbed.log.setHardState({ currentTerm: term(1), votedFor: null });
    await scrubbed.write(7, 300);
    await scrubbed.subject.take();
    await scrubbed.subject.folder.flushState();
    return scrubbed;
  }

  /** Appends entries, and applies as many rows. */
  async write(index: number, count: number): Promise<void> {
    this.log.append(entries(this.log.lastIndex + 1, count, 1));
    this.subject.write(index, values(count, 200));
    await new Promise((resolve) => this.log.flush(resolve));
  }

  begin(): void {
    const logger: Logger = {
      info: () => {},
      warn: () => {},
      error: (message) => this.#note(() => this.errors.push(message)),
    };
    const onDamage = (error: CorruptRecord): void => this.#note(() => this.damage.push(error));
    this.subject.folder.startScrub({ ...fast, logger, onDamage });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  #note(step: () => void): void {
    step();
    this.#heard();
  }
}

/** Changes a byte of a file that is in use, in every place where `text` stands. */
function damage(path: string, text: string): void {
  const bytes = readFileSync(path);
  const file = openSync(path, 'r+');
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
    writeSync(file, Buffer.from([bytes.readUInt8(at) ^ 4]), 0, 1, at);
  }
  expect(fstatSync(file).size).toBe(bytes.length);
  closeSync(file);
}

describe('a scrub', () => {
  test('finds nothing in a folder that is whole, whatever is written meanwhile', async () => {
    const scrubbed = await ScrubSubject.open();
    scrubbed.begin();
    const untilMs = performance.now() + 2_000;
    for (let index = 8; performance.now() < untilMs; index += 1) {
      await scrubbed.write(index, 40);
      if (index % 20 === 0) await scrubbed.subject.take();
    }
    await scrubbed.subject.close();
    expect([scrubbed.damage, scrubbed.errors]).toEqual([[], []]);
  });

  test.each<[string, string, (path: string) => void]>([
    ['an entry of the log', 'table entries', (path) => damage(join(path, 'log', 'data.mdb'), 'command 150 of term 1')],
    ['a row of the state', 'the state', (path) => damage(join(path, 'state', 'data.mdb'), '150vvv')],
    ['a key of the state', 'the state', (path) => damage(join(path, 'state', 'data.mdb'), 'config\0\x01/key/0000299')],
    [
      'a snapshot',
      '.snapshot',
      (path) =>
        truncateSync(join(path, 'snapshots', 'config', readdirSync(join(path, 'snapshots', 'config'))[0] ?? ''), 5_000),
    ],
  ])('tells of %s that is damaged', async (_what, says, spoil) => {
    const scrubbed = await ScrubSubject.open();
    const state = join(scrubbed.subject.path, 'state', 'data.mdb');
    const whole = readFileSync(state);
    scrubbed.begin();
    spoil(scrubbed.subject.path);
    await scrubbed.until(() => scrubbed.damage.length > 0);
    expect(scrubbed.damage.map(({ code }) => code)).toEqual(['CorruptRecord']);
    expect(scrubbed.damage[0]?.message).toContain(says);
    await scrubbed.subject.close();
    // Though it looks as it was when it is looked at again.
    if (says === 'the state') writeFileSync(state, whole);
    const again = await SnapshotSubject.open({ path: scrubbed.subject.path });
    if (says === 'the state') expect(again.folder.stateDiscarded).toBe('damaged');
    expect(again.folder.findings).toHaveLength(says === '.snapshot' ? 0 : 1);
  });

  test('goes on with the next round where it could not read something', async () => {
    const scrubbed = await ScrubSubject.open();
    const log = join(scrubbed.subject.path, 'log', 'data.mdb');
    renameSync(log, `${log}.away`);
    scrubbed.begin();
    await scrubbed.until(() => scrubbed.errors.length > 0);
    renameSync(`${log}.away`, log);
    damage(log, 'command 150 of term 1');
    await scrubbed.until(() => scrubbed.damage.length > 0);
    expect(scrubbed.errors).toEqual(['the scrub could not read the folder, and tries again']);
    await scrubbed.subject.close();
  });

  test('mends the second copy itself', async () => {
    const scrubbed = await ScrubSubject.open();
    const { path } = scrubbed.subject;
    writeFileSync(join(path, 'second-copy'), Buffer.alloc(128 * 1024));
    scrubbed.begin();
    await scrubbed.until(() => scrubbed.errors.length > 0);
    await scrubbed.subject.close();
    expect(scrubbed.damage).toEqual([]);
    const { essentials, damage: left } = await SecondCopy.read(path);
    expect([left, essentials?.hardStates.get(group)?.currentTerm]).toEqual([null, 1]);
  });
});
