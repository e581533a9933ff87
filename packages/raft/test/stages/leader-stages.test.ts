import { beforeEach, expect, test } from 'vitest';
import { type StageRecorder, silentStageRecorder } from '../../src/index.ts';
import { LeaderFixture, noopIndex } from '../support/leader-fixture.ts';

let told: unknown[][];
let fixture: LeaderFixture;

beforeEach(() => {
  told = [];
  const stages: StageRecorder = {
    ...silentStageRecorder,
    placed: (...placed) => void told.push(['placed', ...placed]),
    committed: (...committed) => void told.push(['committed', ...committed]),
    settled: (...settled) => void told.push(['settled', ...settled]),
  };
  fixture = new LeaderFixture({ stages });
  fixture.lead();
  told.length = 0;
});

const first = noopIndex + 1;

test('whose acknowledgement completes the quorum is told: that of a peer', () => {
  fixture.propose(1, 'a');
  fixture.appended(first);
  fixture.durable(first);
  fixture.matched('n3', first);
  fixture.matched('n2', first);
  expect(told.slice(1)).toEqual([['committed', first, first, 'n3', 0]]);
});

test("or the leader's own", () => {
  fixture.propose(1, 'a');
  fixture.appended(first);
  fixture.matched('n3', first);
  fixture.durable(first);
  expect(told.slice(1)).toEqual([['committed', first, first, 'n1', 0]]);
});

test('what waits for the batch before is told with when it was taken', () => {
  fixture.propose(1, 'a');
  fixture.elapse(1);
  fixture.propose(2, 'b');
  fixture.elapse(1);
  fixture.appended(first);
  fixture.appended(first + 1);
  fixture.durable(first + 1);
  fixture.matched('n2', first + 1);
  fixture.elapse(1);
  fixture.applied(first, first + 1);
  expect(told).toEqual([
    ['placed', first, 3, 0, 0],
    ['placed', first + 1, 3, 1, 2],
    ['committed', first, first + 1, 'n2', 2],
    ['settled', first, 3, 3],
    ['settled', first + 1, 3, 3],
  ]);
});

test('a change of the members is no write, and has no place among them', () => {
  fixture.change(1, { add: [], promote: [], remove: ['n3' as never], force: false });
  fixture.takeAppended();
  expect(told.filter(([what]) => what === 'placed')).toEqual([]);
});
