import { describe, expect, test } from 'vitest';
import { type LogEntry, leaderToken } from '../src/index.ts';
import { entryBytes } from '../src/storage/entry-bytes.ts';
import { bytes, timeOf, votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm, startIndex } from './support/leader-fixture.ts';

const command = 'abcd';
const each = entryBytes({ command: bytes(command) });
const first = noopIndex + 1;

/** A leader in office with room for so many commands. */
function leaderWithRoomFor(commands: number): LeaderFixture {
  const fixture = new LeaderFixture({ settings: { maxUncommittedBytes: commands * each } });
  fixture.lead();
  return fixture;
}

/** What came of all that was proposed: the sequences that were refused, and how many entries the log has got for the others. */
function outcome(fixture: LeaderFixture): { readonly refused: readonly unknown[]; readonly appended: number } {
  const refused: unknown[] = [];
  let appended = 0;
  for (let sent = fixture.take(); sent.length > 0; sent = fixture.take()) {
    for (const { message } of sent) {
      if (message.kind === 'proposeReply') {
        expect(message).toMatchObject({ outcome: { kind: 'overloaded' } });
        refused.push(message.sequence);
      }
      if (message.kind !== 'append') continue;
      const entries = message.entries as readonly LogEntry[];
      appended += entries.length;
      const end = Number(message.prevLogIndex) + entries.length;
      fixture.appended(end);
      fixture.durable(end);
    }
  }
  return { refused, appended };
}

describe('a leader that has as much as it may', () => {
  test('refuses what comes on top, whether the rest waits for a place or for a quorum', () => {
    const fixture = leaderWithRoomFor(2);
    for (const sequence of [1, 2, 3]) fixture.propose(sequence, command);
    expect(outcome(fixture)).toEqual({ refused: [3], appended: 2 });
    fixture.propose(4, command);
    expect(outcome(fixture)).toEqual({ refused: [4], appended: 0 });
  });

  test('takes more when a quorum has what it had, not before', () => {
    const fixture = leaderWithRoomFor(1);
    fixture.propose(1, command);
    expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
    fixture.propose(2, command);
    expect(outcome(fixture)).toEqual({ refused: [2], appended: 0 });
    fixture.matched('n2', first);
    fixture.propose(3, command);
    expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
  });

  test('never takes what it has refused: a late copy is refused again, as its asker may have proposed it anew', () => {
    const fixture = leaderWithRoomFor(1);
    fixture.propose(1, command);
    fixture.propose(2, command);
    expect(outcome(fixture)).toEqual({ refused: [2], appended: 1 });
    fixture.matched('n2', first);
    fixture.propose(2, command);
    expect(outcome(fixture)).toEqual({ refused: [2], appended: 0 });
    // Numbers are an asker's own.
    fixture.propose(2, command, senderOf('n3'));
    expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
    fixture.matched('n2', first + 1);
    fixture.propose(3, command);
    expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
  });

  test('takes one command, however long, if there is nothing else', () => {
    const fixture = leaderWithRoomFor(1);
    fixture.propose(1, `${command}, and more`);
    expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
  });

  test('says how much it has, and how often that was too much', () => {
    const fixture = leaderWithRoomFor(1);
    for (const sequence of [1, 2, 3]) fixture.propose(sequence, command);
    fixture.take();
    fixture.receive({ kind: 'describe', request: 1 });
    expect(fixture.takeOne('described')).toMatchObject({
      part: { actor: 'leader', load: { uncommittedBytes: each, refused: 2 } },
    });
  });
});

describe('what earlier leaders left uncommitted', () => {
  const voters = votersOf('n1', 'n2', 'n3');

  test('counts from the moment that office is taken until an entry of the own term is committed', () => {
    const fixture = new LeaderFixture({ settings: { maxUncommittedBytes: 3 * each } });
    // What comes before the token is known: of three there is room for one.
    for (const sequence of [1, 2, 3]) fixture.propose(sequence, command);
    expect(outcome(fixture)).toEqual({ refused: [], appended: 0 });
    fixture.grant(voters, officeTerm, 0, timeOf(startIndex), 2 * each);
    fixture.propose(4, command);
    const noopAndOne = 2;
    expect(outcome(fixture)).toEqual({ refused: [2, 3, 4], appended: noopAndOne });
    fixture.matched('n2', startIndex);
    fixture.propose(5, command);
    expect(outcome(fixture)).toEqual({ refused: [5], appended: 0 });
    fixture.matched('n2', noopIndex);
    for (const sequence of [6, 7, 8]) fixture.propose(sequence, command);
    expect(outcome(fixture)).toEqual({ refused: [8], appended: 2 });
  });

  describe('and is too long to be counted at once', () => {
    /** In office over a tail of which one entry of two is counted: there is room for three commands in all. */
    function leaderOverLongTail(): LeaderFixture {
      const fixture = new LeaderFixture({ settings: { maxUncommittedBytes: 3 * each } });
      fixture.grant(voters, officeTerm, 0, timeOf(startIndex), each, startIndex - 1);
      return fixture;
    }

    test('the peers are served and the no-op is appended before any more of it is read', () => {
      const fixture = leaderOverLongTail();
      expect([...fixture.context.spawned]).toEqual(['replicator/n2', 'replicator/n3']);
      const kinds = fixture.take().map(({ message }) => message.kind);
      expect(kinds).toContain('append');
      expect(kinds).not.toContain('countUncommitted');
      fixture.elapse(1);
      expect(fixture.takeOne('countUncommitted')).toMatchObject({ after: startIndex - 1 });
    });

    test('what is proposed meanwhile waits, and goes on or is refused when the count is over', () => {
      const fixture = leaderOverLongTail();
      for (const sequence of [1, 2]) fixture.propose(sequence, command);
      expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
      fixture.counted(startIndex - 1, each, startIndex);
      expect(outcome(fixture)).toEqual({ refused: [2], appended: 1 });
    });

    test('a page that is lost is asked for again, and one that comes twice counts once', () => {
      const fixture = leaderOverLongTail();
      expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
      fixture.elapse(1);
      fixture.take();
      fixture.elapse(60);
      expect(fixture.takeAll('countUncommitted')).toHaveLength(1);
      for (const sequence of [1, 2]) fixture.propose(sequence, command);
      fixture.counted(startIndex - 1, 0, startIndex);
      fixture.counted(startIndex - 1, 2 * each, startIndex);
      expect(outcome(fixture)).toEqual({ refused: [], appended: 2 });
      fixture.elapse(200);
      expect(fixture.takeAll('countUncommitted')).toEqual([]);
    });

    test('a page that comes twice while there is more to count counts once', () => {
      const fixture = new LeaderFixture({ settings: { maxUncommittedBytes: 3 * each } });
      fixture.grant(voters, officeTerm, 0, timeOf(startIndex), 0, startIndex - 2);
      fixture.counted(startIndex - 2, each, startIndex - 1);
      fixture.counted(startIndex - 2, each, startIndex - 1);
      fixture.counted(startIndex - 1, each, startIndex);
      fixture.propose(1, command);
      expect(outcome(fixture)).toEqual({ refused: [], appended: 2 });
    });

    test('a page of an office before counts for nothing', () => {
      const fixture = leaderOverLongTail();
      fixture.counted(startIndex - 1, 0, startIndex, leaderToken(99));
      fixture.propose(1, command);
      expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
    });

    test('once it is committed nothing of it counts, and nothing waits for the count', () => {
      const fixture = leaderOverLongTail();
      expect(outcome(fixture)).toEqual({ refused: [], appended: 1 });
      for (const sequence of [1, 2, 3]) fixture.propose(sequence, command);
      expect(outcome(fixture)).toEqual({ refused: [3], appended: 0 });
      fixture.matched('n2', noopIndex);
      expect(outcome(fixture)).toEqual({ refused: [], appended: 2 });
    });

    test('once there is no room the rest of it makes no difference', () => {
      const fixture = new LeaderFixture({ settings: { maxUncommittedBytes: each } });
      fixture.grant(voters, officeTerm, 0, timeOf(startIndex), 2 * each, startIndex - 1);
      fixture.propose(1, command);
      expect(outcome(fixture)).toEqual({ refused: [1], appended: 1 });
      fixture.elapse(200);
      expect(fixture.takeAll('countUncommitted')).toEqual([]);
    });
  });
});
