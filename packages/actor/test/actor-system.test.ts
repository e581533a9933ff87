import { expect, test } from 'vitest';
import { type Actor, ActorSystem, type Address, type Context, groupId, type Host, nodeId } from '../src/index.ts';

/** A host that keeps what is sent and what is due, for the test to let happen. */
class TestHost implements Host {
  readonly identity = { node: nodeId('n1'), storageId: 's1', incarnation: 1 };
  readonly routed: { to: Address; message: unknown }[] = [];
  readonly failures: { actor: string; watched: boolean }[] = [];
  #due: { fire: () => void; delayMs: number }[] = [];

  now = (): number => 0;
  random = (): number => 0.5;

  route(_from: Address, to: Address, message: unknown): void {
    this.routed.push({ to, message });
  }

  schedule(delayMs: number, fire: () => void): () => void {
    const one = { fire, delayMs };
    this.#due.push(one);
    return () => {
      this.#due = this.#due.filter((other) => other !== one);
    };
  }

  failed(actor: string, _error: unknown, watched: boolean): void {
    this.failures.push({ actor, watched });
  }

  /** Lets everything that is due happen, also what was cancelled after it was taken from the queue. */
  fireAll(): void {
    const due = this.#due;
    this.#due = [];
    for (const { fire } of due) fire();
  }
}

type Message = { readonly kind: string };

/** An actor that notes what it gets, and throws on `fail`. */
class Noting implements Actor<Message> {
  readonly got: string[] = [];

  readonly #use: (message: Message) => void;

  constructor(context: Context<Message>, use: (context: Context<Message>, message: Message) => void = () => {}) {
    this.#use = (message) => use(context, message);
  }

  receive(message: Message): void {
    this.got.push(message.kind);
    if (message.kind === 'fail') throw new Error('planted');
    this.#use(message);
  }
}

function start(use?: (context: Context<Message>, message: Message) => void) {
  const host = new TestHost();
  const system = new ActorSystem(host.identity.node, groupId('g'), host);
  const actors: Noting[] = [];
  system.start<Message>('parent', (context) => {
    const actor = new Noting(context, use);
    actors.push(actor);
    return actor;
  });
  const tell = (kind: string, to = 'parent'): boolean => system.deliver(to, { kind }, host.identity);
  return { host, system, tell, got: (at = 0): readonly string[] => actors[at]?.got ?? [] };
}

test('a timer that is started again is delivered once, and the older firing never, even if it was due', () => {
  const { host, tell, got } = start((context, { kind }) => {
    if (kind === 'arm') context.startTimer('t', 10, { kind: `fired ${got().length}` });
  });
  tell('arm');
  tell('arm');
  host.fireAll();
  expect(got()).toEqual(['arm', 'arm', 'fired 2']);
});

test('a child that throws is stopped with its own, and its parent is told, by no bus', () => {
  const { host, system, tell, got } = start((context, { kind }) => {
    if (kind !== 'spawn') return;
    context.spawn<Message>(
      'child',
      (inner) => {
        inner.spawn<Message>('grandchild', (own) => new Noting(own), { kind: 'grandchild failed' });
        return new Noting(inner);
      },
      { kind: 'child failed' },
    );
  });
  tell('spawn');
  expect(system.has('grandchild')).toBe(true);
  tell('fail', 'child');
  expect(system.has('child')).toBe(false);
  expect(system.has('grandchild')).toBe(false);
  expect(host.failures).toEqual([{ actor: 'child', watched: true }]);
  host.fireAll();
  expect(got()).toEqual(['spawn', 'child failed']);
  expect(host.routed).toEqual([]);
});

test('a failure at the top is the host’s to end', () => {
  const { host, system, tell } = start();
  tell('fail');
  expect(host.failures).toEqual([{ actor: 'parent', watched: false }]);
  expect(system.has('parent')).toBe(false);
  expect(tell('anything')).toBe(false);
});

test('nothing is delivered to what was stopped: no timer, no failure of a child', () => {
  const { host, system, tell, got } = start((context, { kind }) => {
    if (kind !== 'begin') return;
    context.startTimer('t', 10, { kind: 'fired' });
    context.spawn<Message>('child', (inner) => new Noting(inner), { kind: 'child failed' });
  });
  tell('begin');
  tell('fail', 'child');
  system.stopAll();
  host.fireAll();
  expect(got()).toEqual(['begin']);
});
