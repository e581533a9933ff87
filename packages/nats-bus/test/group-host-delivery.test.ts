import type { Sender } from '@quorate/actor';
import { encodePeerMessage } from '@quorate/wire';
import { connect } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buses } from '../../../test/support/buses.ts';
import { at, hosted, identity, kind, until } from './support/hosted-group.ts';

test('in memory, a message to an actor of the own node needs no NATS', async () => {
  const node = hosted('memory');
  const senders: Sender[] = [];
  node.start('logStore', (_, context) => context.send(at('applier'), kind('done')));
  node.start('applier', (_message, _context, from) => void senders.push(from));
  await node.tell('logStore', 'ask');
  expect(senders).toEqual([identity]);
});

const commit = { kind: 'commit', token: 1, commitIndex: 5 };

describe.each(buses)('on %s', (_, start) => {
  test.each(['memory', 'nats'] as const)(
    'delivery in %s: what crosses NATS, and what arrives',
    async (localDelivery) => {
      const bus = await start();
      onTestFinished(() => bus.stop());
      const peer = await connect({ servers: bus.url });
      onTestFinished(() => peer.close());
      const crossed: string[] = [];
      peer.subscribe('quorate.>', { callback: (_, { subject }) => void crossed.push(subject) });
      await peer.flush();
      const node = hosted(localDelivery, bus.url);
      node.connection.start();
      await until(() => node.connection.connection !== null);
      node.start('logStore');
      node.start('election', (_, context) => {
        context.send(at('logStore', 'n2'), kind('requestVote'));
        context.send(at('logStore'), commit);
      });
      await node.tell('election', 'begin');
      await until(() => node.got.includes('logStore: commit'));
      await node.connection.connection?.flush();
      await peer.flush();
      const toOwn = localDelivery === 'nats' ? ['quorate.main.peer.n1.n1.config.logStore'] : [];
      expect(crossed).toEqual(['quorate.main.peer.n1.n2.config.logStore', ...toOwn]);
    },
  );

  test('a message from another node is handled in its sender’s name', async () => {
    const bus = await start();
    onTestFinished(() => bus.stop());
    const peer = await connect({ servers: bus.url });
    onTestFinished(() => peer.close());
    const node = hosted('memory', bus.url);
    const heard: unknown[] = [];
    node.start('logStore', (message, _, from) => void heard.push({ message, from }));
    node.connection.start();
    await until(() => node.connection.connection !== null);
    await node.connection.connection?.flush();
    const vote = { kind: 'requestVote', term: 1, sequence: 1, lastLogIndex: 0, lastLogTerm: 0, isTransfer: false };
    const header = { clusterId: 'c1', storageId: 's2', incarnation: 3 };
    peer.publish('quorate.main.peer.n2.n1.config.logStore', encodePeerMessage(header, vote));
    await until(() => heard.length > 0);
    expect(heard).toEqual([{ message: vote, from: { node: 'n2', storageId: 's2', incarnation: 3 } }]);
  });
});
