import { expect, test } from 'vitest';
import { TestCluster } from './support/cluster.ts';

test('three nodes elect one leader, and a write through any of them is applied on all', () => {
  const cluster = new TestCluster(['n1', 'n2', 'n3']);
  cluster.startAll();
  expect(cluster.run(2000, () => cluster.leader() !== null)).toBe(true);
  for (const [request, node] of ['n1', 'n2', 'n3'].entries()) cluster.write(node, request, `from ${node}`);
  cluster.run(1000);
  for (const [request, id] of ['n1', 'n2', 'n3'].entries()) {
    expect(cluster.node(id).answers.get(request)).toMatchObject({ kind: 'result' });
  }
  const logs = [...cluster.nodes.values()].map(({ stateMachine }) => stateMachine.applied);
  expect(logs[0]).toHaveLength(4);
  expect(logs[0]?.[0]?.kind).toBe('noop');
  expect(logs[1]).toEqual(logs[0]);
  expect(logs[2]).toEqual(logs[0]);
});

test('a new leader takes over when the old one stops, and nothing acknowledged is lost', () => {
  const cluster = new TestCluster(['n1', 'n2', 'n3'], { seed: 7 });
  cluster.startAll();
  let request = 0;
  const acknowledged: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    expect(cluster.run(5000, () => cluster.leader() !== null)).toBe(true);
    const leader = cluster.leader();
    if (leader === null) throw new Error('no leader');
    for (let i = 0; i < 20; i += 1) {
      request += 1;
      cluster.write(leader.id, request, `write ${request}`);
    }
    cluster.run(20);
    for (const [id, answer] of leader.answers) if (answer.kind === 'result') acknowledged.push(`write ${id}`);
    leader.answers.clear();
    cluster.stop(leader.id);
    expect(cluster.run(5000, () => cluster.leader() !== null)).toBe(true);
    cluster.start(leader.id);
  }
  cluster.run(1000);
  expect(acknowledged.length).toBe(100);
  for (const { stateMachine } of cluster.nodes.values()) {
    const applied = stateMachine.applied.map(({ command }) => new TextDecoder().decode(command));
    expect(acknowledged.filter((text) => !applied.includes(text))).toEqual([]);
  }
});

test('any one message in ten may be lost, within a node too, and every write still ends', () => {
  const cluster = new TestCluster(['n1', 'n2', 'n3'], { seed: 3 });
  cluster.startAll();
  cluster.run(2000, () => cluster.leader() !== null);
  const { passes } = cluster;
  const callers = ['write', 'answered'];
  cluster.passes = ({ message }) => callers.includes(message.kind) || cluster.random() > 0.1;
  for (let request = 1; request <= 50; request += 1) cluster.write('n2', request, `write ${request}`);
  cluster.run(10_000, () => cluster.node('n2').answers.size === 50);
  cluster.passes = passes;
  expect(cluster.node('n2').answers.size).toBe(50);
  const applied = [...cluster.node('n2').answers.values()].filter(({ kind }) => kind === 'result');
  expect(applied.length).toBeGreaterThan(25);
  cluster.run(1000);
  const logs = [...cluster.nodes.values()].map(({ stateMachine }) => stateMachine.applied);
  expect(logs[1]).toEqual(logs[0]);
  expect(logs[2]).toEqual(logs[0]);
});
