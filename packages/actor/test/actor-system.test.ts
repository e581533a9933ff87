import { expect, test } from 'vitest';
import {
  type Actor,
  ActorSystem,
  type Address,
  type Context,
  groupId,
  type Host,
  nodeId,
  type Sender,
} from '../src/index.ts';

/** A host that keeps what is sent and what is due, for the test to let happen. */
class TestHost implements Host {
  readonly identity = { node: nodeId('n1'), storageId: 's1', incarnation: 1 };
  readonly routed: { from: Address; to: Address; message: unknown }[] = [];
  readonly failures: { actor: string; watched: boolean }[] = [];
  #due: { fire: () => void; delayMs: number }[] = [];

  now = (): number => 17;
  wallNow = (): number => 1_700_000_000_000;
  random = (): number => 0.25;

  route(from: Address, to: Address, message: unknown): void {
    this.routed.push({ from, to, message });
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
    this.onFailed(actor);
  }

  /** What a test does at that moment. */
  onFailed: (actor: string) => void = () => {};

  /** The delays of what is scheduled and not cancelled. */
  get delaysMs(): readonly number[] {
    return this.#due.map(({ delayMs }) => delayMs);
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
  readonly senders: Sender[] = [];
  readonly #use: (message: Message) => void;

  constructor(context: Context<Message>, use: (context: Context<Message>, message: Message) => void = () => {}) {
    this.#use = (message) => use(context, message);
  }

  receive(message: Message, from: Sender): void {
    this.got.push(message.kind);
    this.senders.push(from);
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
  const got = (): readonly string[] => actors[0]?.got ?? [];
  const senders = (): readonly Sender[] => actors[0]?.senders ?? [];
  return { host, system, tell, got, senders };
}

test('a timer that is started again is delivered once, after its newest delay', () => {
  const { host, tell, got } = start((context, { kind }) => {
    if (kind === 'arm') context.startTimer('t', 10 * got().length, { kind: `fired ${got().length}` });
  });
  tell('arm');
  tell('arm');
  expect(host.delaysMs).toEqual([20]);
  host.fireAll();
  expect(got()).toEqual(['arm', 'arm', 'fired 2']);
});

test('a firing that has left the queue is not delivered when its timer was started again or stopped meanwhile', () => {
  const { host, tell, got } = start((context, { kind }) => {
    if (kind === 'arm') {
      context.startTimer('first', 10, { kind: 'first' });
      context.startTimer('again', 10, { kind: 'too early' });
      context.startTimer('stopped', 10, { kind: 'too late' });
    }
    if (kind === 'first') {
      context.startTimer('again', 10, { kind: 'again' });
      context.stopTimer('stopped');
    }
  });
  tell('arm');
  host.fireAll();
  expect(got()).toEqual(['arm', 'first']);
  host.fireAll();
  expect(got()).toEqual(['arm', 'first', 'again']);
});

test('a message comes with its sender, a timer in the name of the node', () => {
  const { host, system, tell, senders } = start((context, { kind }) => {
    if (kind === 'arm') context.startTimer('t', 10, { kind: 'fired' });
  });
  const peer = { node: nodeId('n2'), storageId: 's2', incarnation: 5 };
  system.deliver('parent', { kind: 'hello' }, peer);
  tell('arm');
  host.fireAll();
  expect(senders()).toEqual([peer, host.identity, host.identity]);
});

test('what an actor sends goes to the host from its own address', () => {
  const to: Address<Message> = { node: nodeId('n2'), group: groupId('g'), actor: 'logStore' };
  const { host, tell } = start((context, message) => context.send(to, message));
  tell('hello');
  const from = { node: 'n1', group: 'g', actor: 'parent' };
  expect(host.routed).toEqual([{ from, to, message: { kind: 'hello' } }]);
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

test('its parent is told at once, in a turn of its own', () => {
  const { host, tell } = start(supervising);
  tell('spawn');
  tell('fail', 'child');
  expect(host.delaysMs).toEqual([0]);
});

test('who fails is stopped before anybody is told', () => {
  const { host, system, tell } = start(supervising);
  const ranThen: [string, boolean][] = [];
  host.onFailed = (actor) => ranThen.push([actor, system.has(actor)]);
  tell('spawn');
  tell('fail', 'child');
  tell('fail');
  expect(ranThen).toEqual([
    ['child', false],
    ['parent', false],
  ]);
});

test('what an actor throws at its own timer is a failure like any other', () => {
  const { host, system, tell } = start((context, { kind }) => {
    if (kind === 'arm') context.startTimer('t', 10, { kind: 'fail' });
  });
  tell('arm');
  host.fireAll();
  expect(host.failures).toEqual([{ actor: 'parent', watched: false }]);
  expect(system.has('parent')).toBe(false);
});

test('time and chance are the host’s', () => {
  const host = new TestHost();
  const system = new ActorSystem(host.identity.node, groupId('g'), host);
  let seen: unknown;
  system.start<Message>('actor', (context) => {
    seen = [context.now(), context.wallNow(), context.random()];
    return new Noting(context);
  });
  expect(seen).toEqual([17, 1_700_000_000_000, 0.25]);
});

test('all actors are stopped together', () => {
  const { system } = start();
  system.start<Message>('second', (own) => new Noting(own));
  system.stopAll();
  expect([system.has('parent'), system.has('second')]).toEqual([false, false]);
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

test('stopping leaves nothing scheduled', () => {
  const { host, system, tell } = start((context, { kind }) => {
    if (kind === 'begin') {
      context.startTimer('t', 10, { kind: 'fired' });
      context.startTimer('other', 20, { kind: 'fired' });
    }
    if (kind === 'stop') context.stopTimer('t');
  });
  tell('begin');
  expect(host.delaysMs).toEqual([10, 20]);
  tell('stop');
  expect(host.delaysMs).toEqual([20]);
  system.stopAll();
  expect(host.delaysMs).toEqual([]);
});

test('a timer that an actor starts while it is being stopped is not for the next of its name', () => {
  const { host, system, tell, got } = start((context, { kind }) => {
    if (kind !== 'end') return;
    system.stopAll();
    context.startTimer('t', 10, { kind: 'fired' });
  });
  tell('end');
  const next: string[] = [];
  system.start<Message>('parent', () => ({ receive: ({ kind }) => void next.push(kind) }));
  host.fireAll();
  expect(got()).toEqual(['end']);
  expect(next).toEqual([]);
});

/** A parent that spawns and stops a child on request, with a child of the child. */
const supervising = (context: Context<Message>, { kind }: Message): void => {
  if (kind === 'stop') context.stop('child');
  if (kind !== 'spawn') return;
  const create = (inner: Context<Message>): Noting => {
    inner.spawn<Message>('grandchild', (own) => new Noting(own), { kind: 'grandchild failed' });
    inner.startTimer('t', 10, { kind: 'fired' });
    return new Noting(inner);
  };
  context.spawn<Message>('child', create, { kind: 'child failed' });
};

test('a parent stops its child with all that is the child’s', () => {
  const { host, system, tell } = start(supervising);
  tell('spawn');
  tell('stop');
  expect(system.has('child')).toBe(false);
  expect(system.has('grandchild')).toBe(false);
  expect(host.delaysMs).toEqual([]);
});

test('stopping what is no child, or no longer one, stops nothing', () => {
  const { system, tell } = start(supervising);
  system.start<Message>('child', (own) => new Noting(own));
  tell('stop');
  expect(system.has('child')).toBe(true);
  tell('spawn');
  tell('fail', 'child');
  system.start<Message>('child', (own) => new Noting(own));
  tell('stop');
  expect(system.has('child')).toBe(true);
});

test('a child that is spawned again is a new one, and the old one is gone with its own', () => {
  const { host, tell } = start(supervising);
  tell('spawn');
  tell('spawn');
  expect(host.delaysMs).toEqual([10]);
  tell('fail', 'grandchild');
  expect(host.failures).toEqual([{ actor: 'grandchild', watched: true }]);
});

test.each(['spawn', 'stop'])('of a child that failed nothing is told after the parent’s next %s', (next) => {
  const { host, tell, got } = start(supervising);
  tell('spawn');
  tell('fail', 'child');
  tell(next);
  host.fireAll();
  expect(got()).toEqual(['spawn', next]);
});

test('an actor that cannot be made leaves none of its children and timers behind', () => {
  const { host, system } = start();
  const make = (context: Context<Message>): Noting => {
    supervising(context, { kind: 'spawn' });
    context.startTimer('t', 10, { kind: 'fired' });
    throw new Error('planted');
  };
  expect(() => system.start<Message>('unmade', make)).toThrow('planted');
  for (const name of ['unmade', 'child', 'grandchild']) expect(system.has(name)).toBe(false);
  expect(host.delaysMs).toEqual([]);
});
