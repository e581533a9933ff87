import { nodeId } from '@quorate/actor';
import { type Configuration, configurationOf, type GatewayAnswer, logIndex, term } from '@quorate/raft';
import { expect, test } from 'vitest';
import { GatewayDesk, type Question } from '../src/api/gateway-desk.ts';
import { handOver } from '../src/hand-over.ts';

const voters = (...ids: readonly string[]): Configuration =>
  configurationOf(ids.map((id) => ({ id: nodeId(id), storageId: id })));

/** A desk whose gateway leads, or not, in such a configuration, and answers a transfer so. */
function deskOf(role: 'leader' | 'follower', configuration: Configuration, transferred: GatewayAnswer) {
  const asked: Question[] = [];
  const zero = logIndex(0);
  const indexes = { commitIndex: zero, firstIndex: zero, lastLogIndex: zero, durableIndex: zero, damage: null };
  const status: GatewayAnswer = {
    kind: 'status',
    parts: [
      { actor: 'election', role, term: term(1), leader: null },
      { actor: 'logStore', ...indexes, configuration },
    ],
  };
  const desk: GatewayDesk = new GatewayDesk((question) => {
    asked.push(question);
    const answer = question.kind === 'readStatus' ? status : transferred;
    desk.receive({ kind: 'answered', request: question.request, answer, leader: null });
  });
  return { desk, transfers: () => asked.filter(({ kind }) => kind === 'transfer') };
}

const toN2: GatewayAnswer = { kind: 'transferred', leader: nodeId('n2') };

test('a leader hands over to whoever is farthest', async () => {
  const { desk, transfers } = deskOf('leader', voters('n1', 'n2'), toN2);
  expect(await handOver(desk, 300)).toEqual({ kind: 'handedOver', leader: 'n2' });
  expect(transfers()).toMatchObject([{ target: null, timeoutMs: 300 }]);
});

test.each([
  ['who does not lead', 'follower', voters('n1', 'n2')],
  ['who is the only voter', 'leader', voters('n1')],
] as const)('one %s hands nothing over', async (_, role, configuration) => {
  const { desk, transfers } = deskOf(role, configuration, toN2);
  expect(await handOver(desk, 300)).toEqual({ kind: 'needless' });
  expect(transfers()).toEqual([]);
});

test('a leader whom nobody follows keeps its office, and says why', async () => {
  const nobody: GatewayAnswer = { kind: 'rejected', code: 'NoQuorum', message: 'no other voter answers' };
  const { desk } = deskOf('leader', voters('n1', 'n2'), nobody);
  expect(await handOver(desk, 300)).toEqual({ kind: 'kept', reason: 'no other voter answers' });
});

test('a desk is idle when all that was asked is answered, or when the time is over', async () => {
  const asked: Question[] = [];
  const desk = new GatewayDesk((question) => void asked.push(question));
  await desk.idle(60_000);
  const answered = desk.ask((request) => ({ kind: 'readStatus', request, timeoutMs: 1 }));
  await desk.idle(1);
  const idle = desk.idle(60_000);
  desk.receive({ kind: 'answered', request: asked[0]?.request ?? 0, answer: toN2, leader: null });
  await Promise.all([answered, idle]);
});

test('a desk that is closed answers what is open, and what comes later: a write may have been made', async () => {
  const desk = new GatewayDesk(() => {});
  const command = new Uint8Array();
  const write = (request: number): Question => ({ kind: 'write', request, command, timeoutMs: 1, traceparent: null });
  const read = (request: number): Question => ({
    kind: 'read',
    request,
    query: command,
    consistency: 'linearizable',
    maxStalenessMs: null,
    minRevision: 0,
    timeoutMs: 1,
  });
  const open = [desk.ask(write), desk.ask(read)];
  desk.close();
  const answers = await Promise.all([...open, desk.ask(write)]);
  expect(answers.map(({ answer }) => ('code' in answer ? answer.code : null))).toEqual([
    'OutcomeUnknown',
    'NoLeader',
    'NoLeader',
  ]);
});
