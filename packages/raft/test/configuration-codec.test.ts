import { describe, expect, test } from 'vitest';
import {
  ConfigurationEntries,
  decodeConfiguration,
  encodeConfiguration,
  InvariantViolated,
  logIndex,
  protocolOf,
} from '../src/index.ts';
import { bytes, entryOf } from './support/entries.ts';
import { configurationEntry, learner, members } from './support/members.ts';
import { usualTimeouts } from './support/timeouts.ts';

const full = members({
  voters: ['n1', 'n4'],
  outgoing: ['n1', 'n2'],
  learners: [learner('n5', { isPromotedWhenCaughtUp: true, replaces: 'n1' })],
  removed: ['n2', 'n3'],
});

const text = (value: unknown): Uint8Array => bytes(JSON.stringify(value));
const written = (other: object): Uint8Array => text({ formatVersion: 1, ...full, ...other });

describe('a configuration', () => {
  test('is read as it was written', () => {
    expect(decodeConfiguration(encodeConfiguration(full))).toEqual(full);
  });

  test('is written as JSON, for whoever reads the stream of committed entries', () => {
    expect(JSON.parse(new TextDecoder().decode(encodeConfiguration(full)))).toEqual({ formatVersion: 1, ...full });
  });

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no JSON', bytes('{')],
    ['bytes beyond ASCII', Uint8Array.of(0x22, 0xff, 0x22)],
    ['another value', text(null)],
    ['a list', text([full])],
    ['another format version', written({ formatVersion: 2 })],
    ['no format version', text(full)],
    ['no voters', written({ voters: [] })],
    ['voters that are none', written({ voters: ['n1'] })],
    ['voters that are no list', written({ voters: { length: 1, 0: full.voters[0] } })],
    ['a name that cannot be one', written({ voters: [{ id: 'n 1', storageId: 'disk' }] })],
    ['an empty name of a disk', written({ voters: [{ id: 'n1', storageId: '' }] })],
    ['a disk’s name that is too long', written({ voters: [{ id: 'n1', storageId: 'd'.repeat(129) }] })],
    ['a voter twice', written({ voters: [full.voters[0], full.voters[0]] })],
    ['a learner twice', written({ learners: [full.learners[0], full.learners[0]] })],
    ['a learner without its wishes', written({ learners: [{ id: 'n5', storageId: 'disk' }] })],
    ['a learner that has a vote', written({ learners: [learner('n1')] })],
    ['a learner that had a vote until now', written({ learners: [learner('n2')], removed: [] })],
    ['a voter with two disks', written({ outgoingVoters: [{ id: 'n1', storageId: 'other' }] })],
    ['a voter that was removed', written({ removed: ['n4'] })],
    ['a learner that was removed', written({ removed: ['n5'] })],
    ['removed ones that are no names', written({ removed: [7] })],
    ['no removed ones', written({ removed: undefined })],
  ])('is not %s', (_, command) => {
    expect(decodeConfiguration(command)).toBeNull();
  });

  test('does not name what ASCII has no letters for', () => {
    expect(() => encodeConfiguration({ ...full, voters: [{ ...learner('n1'), storageId: 'Platte-ü' }] })).toThrow(
      InvariantViolated,
    );
  });
});

describe('an entry that claims to be a configuration and is none', () => {
  const broken = { ...entryOf(1, 1, bytes('{}')), kind: 'configuration' as const };

  test('is not let in from a peer', () => {
    const appends = protocolOf('logStore')?.peer.appendEntries;
    const append = {
      term: 1,
      sequence: 1,
      round: 0,
      leaseMs: 0,
      prevLogIndex: 0,
      prevLogTerm: 0,
      leaderCommit: 0,
      freshness: null,
      ...usualTimeouts,
    };
    expect(appends?.safeParse({ ...append, entries: [configurationEntry(1, 1, full)] }).success).toBe(true);
    expect(appends?.safeParse({ ...append, entries: [broken] }).success).toBe(false);
  });

  test('stops the node that finds it in its log', () => {
    expect(() => new ConfigurationEntries().push(broken)).toThrow(InvariantViolated);
  });
});

describe('the configurations of a log', () => {
  test('are those that were appended and not cut off, each at its place', () => {
    const entries = new ConfigurationEntries();
    const [one, two] = [members({ voters: ['n1'] }), members({ voters: ['n2'] })];
    for (const entry of [entryOf(1, 1), configurationEntry(1, 2, one), entryOf(1, 3), configurationEntry(1, 4, two)]) {
      entries.push(entry);
    }
    expect(entries.all).toEqual([
      { index: 2, configuration: one },
      { index: 4, configuration: two },
    ]);
    entries.truncate(logIndex(5));
    expect(entries.all).toHaveLength(2);
    entries.truncate(logIndex(4));
    expect(entries.all).toEqual([{ index: 2, configuration: one }]);
    entries.truncate(logIndex(1));
    expect(entries.all).toEqual([]);
  });
});
