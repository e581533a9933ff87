import { expect, test } from 'vitest';
import { type LogEntry, logIndex, term } from '../src/index.ts';
import { type Delivery, TestCluster } from './support/cluster.ts';
import { entriesOf, termsOf } from './support/entries.ts';

const everything = { maxEntries: 1e6, maxBytes: 1e9 };

/** Raft figure 8, servers s1 to s5. A new leader's own entry is its no-op; each AppendEntries holds one entry. */
class Figure8 {
  readonly cluster = new TestCluster(['s1', 's2', 's3', 's4', 's5'], { settings: { maxBatchEntries: 1 } });
  /** Who may campaign. */
  candidate = 's1';
  /** Which entries reach which follower. */
  arrives: (to: string, entry: LogEntry) => boolean = () => false;

  constructor() {
    for (const id of this.cluster.nodes.keys()) {
      this.cluster.setDisk(id, {
        hardState: { currentTerm: term(1), votedFor: null },
        longestPromiseMs: 0,
        entries: entriesOf([1]),
      });
    }
    this.cluster.passes = (delivery) => this.#passes(delivery);
    this.cluster.startAll();
  }

  termsAt(id: string): number[] {
    return termsOf(this.cluster.node(id).storage.read(logIndex(1), everything));
  }

  appliedAt(id: string): number[] {
    return termsOf(this.cluster.node(id).stateMachine.applied);
  }

  elect(id: string): void {
    this.candidate = id;
    this.until(() => this.cluster.leader()?.id === id);
  }

  until(holds: () => boolean): void {
    expect(this.cluster.run(5000, holds)).toBe(true);
  }

  /** (a) to (c): s1 leads in term 2 and reaches s2; s5 leads in term 3 and reaches nobody; s1 leads again, in term 4, and brings its entry of term 2 to s3. */
  untilC(): void {
    this.arrives = (to) => to === 's2';
    this.elect('s1');
    this.until(() => this.termsAt('s2').length === 2);
    expect(this.termsAt('s1')).toEqual([1, 2]);
    this.cluster.stop('s1');

    this.arrives = () => false;
    this.elect('s5');
    this.until(() => this.termsAt('s5').length === 2);
    expect(this.termsAt('s5')).toEqual([1, 3]);
    this.cluster.stop('s5');

    this.cluster.start('s1');
    this.arrives = (to, entry) => entry.term === 2 && to !== 's4';
    this.elect('s1');
    this.until(() => this.termsAt('s3').length === 2);
    this.cluster.run(200);
    expect(['s1', 's2', 's3', 's4'].map((id) => this.termsAt(id))).toEqual([[1, 2, 4], [1, 2], [1, 2], [1]]);
  }

  #passes({ from, to, message }: Delivery): boolean {
    if (message.kind === 'prepareCampaign') return from.node === this.candidate;
    if (message.kind !== 'appendEntries' || !('entries' in message)) return true;
    return (message.entries as readonly LogEntry[]).every((entry) => this.arrives(to.node, entry));
  }
}

test('(c) an entry of an earlier term that is on a majority is not committed by that', () => {
  const figure = new Figure8();
  figure.untilC();
  for (const id of ['s1', 's2', 's3', 's4']) expect(figure.appliedAt(id)).toEqual([]);
  // s1 leads still, and knows who has the entry.
  expect(figure.cluster.leader()?.id).toBe('s1');
});

test('(d) and may be overwritten: s5 leads again, in term 5, and its entry of term 3 takes the place', () => {
  const figure = new Figure8();
  figure.untilC();
  figure.cluster.stop('s1');
  figure.cluster.start('s5');
  figure.arrives = () => true;
  figure.elect('s5');
  figure.cluster.run(500);
  figure.cluster.start('s1');
  figure.cluster.run(500);
  for (const id of figure.cluster.nodes.keys()) {
    expect(figure.termsAt(id)).toEqual([1, 3, 5]);
    expect(figure.appliedAt(id)).toEqual([1, 3, 5]);
  }
});

test('(e) once an entry of the leader’s own term is on a majority both are committed, and s5 cannot win', () => {
  const figure = new Figure8();
  figure.untilC();
  figure.arrives = (to) => to !== 's4';
  figure.until(() => figure.appliedAt('s1').length === 3);
  figure.cluster.stop('s1');
  figure.cluster.start('s5');
  figure.candidate = 's5';
  expect(figure.cluster.run(3000, () => figure.cluster.leader() !== null)).toBe(false);
  figure.arrives = () => true;
  figure.elect('s2');
  figure.cluster.start('s1');
  figure.cluster.run(1000);
  for (const id of figure.cluster.nodes.keys()) {
    expect(figure.termsAt(id).slice(0, 3)).toEqual([1, 2, 4]);
    expect(figure.appliedAt(id)).toEqual(figure.termsAt(id));
  }
});
