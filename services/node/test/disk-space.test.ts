import { nodeId, type Sender } from '@quorate/actor';
import { type Configuration, configurationOf, type Logger } from '@quorate/raft';
import { expect, test } from 'vitest';
import { DiskAlarm } from '../src/disk-space/disk-alarm.ts';
import { DiskGauge } from '../src/disk-space/disk-gauge.ts';

/** A logger, and what it was told. */
function recorder(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  return { logger: { info: note, warn: note, error: note }, lines };
}

const senderOf = (id: string): Sender => ({ node: nodeId(id), storageId: `disk-${id}`, incarnation: 1 });

const groupOf = (...ids: readonly string[]): Configuration =>
  configurationOf(ids.map((id) => ({ id: nodeId(id), storageId: `disk-${id}` })));

const low = { freeBytes: 90, neededBytes: 125, isLow: true };
const enough = { freeBytes: 300, neededBytes: 100, isLow: false };

/** The alarm of a node of a group of three that n1 leads. */
function alarmOf(voters: Configuration = groupOf('n1', 'n2', 'n3')) {
  const { logger, lines } = recorder();
  const alarm = new DiskAlarm(logger);
  const says = (id: string, space: typeof low): void => alarm.receive({ kind: 'diskSpace', ...space }, senderOf(id));
  alarm.noteStanding({ leader: nodeId('n1'), configuration: voters });
  return { alarm, says, lines };
}

test('space that is low stays so until a quarter more is free, and each change is one line', async () => {
  const { logger, lines } = recorder();
  let freeBytes = 500;
  const gauge = new DiskGauge({ path: '/data', minFreeBytes: 100, logger, freeBytesOf: async () => freeBytes });
  expect(gauge.space).toBeNull();
  const states: unknown[] = [];
  for (freeBytes of [100, 99, 100, 124, 125, 100, 99]) {
    await gauge.look();
    states.push([gauge.space?.isLow, gauge.space?.neededBytes]);
  }
  expect(states).toEqual([
    [false, 100],
    [true, 125],
    [true, 125],
    [true, 125],
    [false, 100],
    [false, 100],
    [true, 125],
  ]);
  expect(lines).toEqual(['disk space is low', 'disk space is enough again', 'disk space is low']);
});

test('a least of nothing is never low', async () => {
  const gauge = new DiskGauge({ path: '/', minFreeBytes: 0, logger: recorder().logger, freeBytesOf: async () => 0 });
  await gauge.look();
  expect(gauge.space).toEqual({ freeBytes: 0, neededBytes: 0, isLow: false });
});

test('what is free is that of the file system; where there is none to ask, one line says so', async () => {
  const real = new DiskGauge({ path: '/', minFreeBytes: 1, logger: recorder().logger });
  await real.look();
  expect(real.space?.freeBytes).toBeGreaterThan(1_000_000);

  const { logger, lines } = recorder();
  const gone = new DiskGauge({ path: '/nowhere/at/all', minFreeBytes: 1, logger });
  await gone.look();
  await gone.look();
  expect(gone.space).toBeNull();
  expect(lines).toEqual(['cannot tell how much disk space is free']);
});

test('writes are refused while the leader has no room, by the error that names it', () => {
  const { alarm, says, lines } = alarmOf();
  expect(alarm.refusal).toBeNull();
  says('n1', low);
  expect(alarm.refusal?.toData()).toMatchObject({
    code: 'DiskSpaceLow',
    details: { node: 'n1', freeBytes: 90, neededBytes: 125 },
  });
  says('n1', low);
  // Another leads, who has room.
  alarm.noteStanding({ leader: nodeId('n2'), configuration: groupOf('n1', 'n2', 'n3') });
  expect(alarm.refusal).toBeNull();
  alarm.noteStanding({ leader: nodeId('n1'), configuration: groupOf('n1', 'n2', 'n3') });
  says('n1', enough);
  expect(alarm.refusal).toBeNull();
  const refused = 'writes are refused for lack of disk space';
  const taken = 'writes are taken again: there is disk space';
  expect(lines).toEqual([refused, taken, refused, taken]);
});

test('writes are refused while no majority of the voters has room; learners do not count', () => {
  const { alarm, says } = alarmOf();
  says('n4', low);
  says('n2', low);
  expect(alarm.refusal).toBeNull();
  says('n3', low);
  expect(alarm.refusal?.details).toMatchObject({ node: 'n2' });
  says('n2', enough);
  expect(alarm.refusal).toBeNull();
});

test('while the voters change, those before and those after need a majority with room', () => {
  const { voters } = groupOf('n1', 'n2', 'n3');
  const joint = { ...groupOf('n1', 'n4', 'n5'), outgoingVoters: voters };
  const { alarm, says } = alarmOf(joint);
  says('n2', low);
  says('n4', low);
  expect(alarm.refusal).toBeNull();
  says('n3', low);
  expect(alarm.refusal).not.toBeNull();
});
