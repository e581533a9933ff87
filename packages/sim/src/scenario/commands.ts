import { defaultRaftSettings, type RaftSettings } from '@quorate/raft';
import { changeOfWords } from './change-words.ts';
import { CommandRefused } from './invalid-scenario.ts';
import { wishOfWords } from './read-words.ts';
import type { Scenario } from './scenario.ts';
import type { ScenarioNode } from './scenario-node.ts';
import { type TraceKind, traceKinds } from './trace.ts';
import type { Selection, Wire } from './wires.ts';

/** One word of the language. */
interface Command {
  readonly usage: string;
  /** Whether the nodes need not have started for it. */
  readonly isSetup?: true;
  run(scenario: Scenario, args: readonly string[]): void;
}

/** What a command is given does not fit it. */
class WrongArguments extends Error {}

/** All words but `cluster`, which begins every story. */
const commands: Readonly<Record<string, Command>> = {
  set: {
    usage: 'set SETTING NUMBER',
    isSetup: true,
    run: (scenario, [name, value, ...rest]) => scenario.set(settingOf(name), onlyNumber(value, rest)),
  },
  log: {
    usage: 'log NODE TERM… [in term TERM]',
    isSetup: true,
    run: (scenario, [name, ...rest]) => {
      const split = rest.indexOf('in');
      const terms = (split === -1 ? rest : rest.slice(0, split)).map(numberOf);
      const [word, value, ...more] = split === -1 ? ['term', String(terms.at(-1) ?? 0)] : rest.slice(split + 1);
      if (word !== 'term') throw new WrongArguments();
      scenario.log(nodeOf(scenario, name), terms, onlyNumber(value, more));
    },
  },
  timeout: onNode('timeout NODE', (scenario, node) => scenario.timeout(node)),
  wait: { usage: 'wait TIME', run: (scenario, [time, ...rest]) => scenario.wait(onlyTime(time, rest)) },
  run: { usage: 'run TIME', run: (scenario, [time, ...rest]) => scenario.run(onlyTime(time, rest)) },
  deliver: { usage: 'deliver MESSAGES', run: (scenario, args) => scenario.wires.deliver(selectionOf(scenario, args)) },
  drop: { usage: 'drop MESSAGES', run: (scenario, args) => scenario.wires.drop(selectionOf(scenario, args)) },
  double: { usage: 'double MESSAGES', run: (scenario, args) => scenario.wires.double(selectionOf(scenario, args)) },
  lose: {
    usage: 'lose NODE.ACTOR KIND',
    run: (scenario, [from, kind, ...rest]) => {
      const [name, actor] = from?.split('.') ?? [];
      if (actor === undefined || kind === undefined || rest.length > 0) throw new WrongArguments();
      scenario.lose(nodeOf(scenario, name), actor, kind);
    },
  },
  hold: {
    usage: 'hold WIRE | hold flush NODE',
    run: (scenario, [first, ...rest]) => {
      if (first === 'flush') scenario.holdFlush(onlyNode(scenario, rest));
      else scenario.wires.hold(onlyWires(scenario, [first, ...rest]));
    },
  },
  release: {
    usage: 'release WIRE | release flush NODE',
    run: (scenario, [first, ...rest]) => {
      if (first === 'flush') scenario.releaseFlush(onlyNode(scenario, rest));
      else scenario.wires.release(onlyWires(scenario, [first, ...rest]));
    },
  },
  flush: onNode('flush NODE', (scenario, node) => scenario.flush(node)),
  cut: { usage: 'cut WIRE', run: (scenario, args) => scenario.wires.cut(onlyWires(scenario, args)) },
  heal: { usage: 'heal WIRE', run: (scenario, args) => scenario.wires.heal(onlyWires(scenario, args)) },
  crash: onNode('crash NODE', (scenario, node) => scenario.crash(node)),
  'power-loss': onNode('power-loss NODE', (scenario, node) => scenario.losePower(node)),
  damage: {
    usage: 'damage NODE [INDEX…]',
    run: (scenario, [name, ...indexes]) => {
      if (indexes.length === 0) scenario.damage(nodeOf(scenario, name));
      else scenario.damageRecords(nodeOf(scenario, name), indexes.map(numberOf));
    },
  },
  restart: onNode('restart NODE', (scenario, node) => scenario.restart(node)),
  disconnect: onNode('disconnect NODE', (scenario, node) => scenario.disconnect(node)),
  'no-responders': {
    usage: 'no-responders NODE [#NUMBER]',
    run: (scenario, [name, number, ...rest]) => {
      if (rest.length > 0 || (number !== undefined && !/^#\d+$/.test(number))) throw new WrongArguments();
      scenario.noResponders(nodeOf(scenario, name), number === undefined ? null : Number(number.slice(1)));
    },
  },
  reconnect: onNode('reconnect NODE', (scenario, node) => scenario.reconnect(node)),
  pause: onNode('pause NODE', (scenario, node) => scenario.pause(node)),
  clock: {
    usage: 'clock NODE ahead TIME | clock NODE behind TIME',
    run: (scenario, [node, direction, time, ...rest]) => {
      if (direction !== 'ahead' && direction !== 'behind') throw new WrongArguments();
      const byMs = onlyTime(time, rest);
      scenario.setClock(nodeOf(scenario, node), direction === 'ahead' ? byMs : -byMs);
    },
  },
  suspend: onNode('suspend NODE', (scenario, node) => scenario.suspend(node)),
  wake: onNode('wake NODE', (scenario, node) => scenario.wake(node)),
  resume: onNode('resume NODE', (scenario, node) => scenario.resume(node)),
  put: {
    usage: 'put NODE KEY VALUE',
    run: (scenario, [node, key, value, ...rest]) => {
      if (key === undefined || value === undefined || rest.length > 0) throw new WrongArguments();
      scenario.put(nodeOf(scenario, node), key, value);
    },
  },
  get: {
    usage: 'get NODE KEY [linearizable | readIndex | bounded TIME | local] [revision NUMBER]',
    run: (scenario, [node, key, ...words]) => {
      const wish = wishOfWords(words);
      if (key === undefined || wish === null) throw new WrongArguments();
      scenario.get(nodeOf(scenario, node), key, wish, words);
    },
  },
  members: {
    usage: 'members NODE [add NODE…] [promote NODE…] [remove NODE…] [force]',
    run: (scenario, [node, ...words]) => {
      const change = changeOfWords(words, (name) => nodeOf(scenario, name));
      if (change === null) throw new WrongArguments();
      scenario.changeMembers(nodeOf(scenario, node), change);
    },
  },
  transfer: {
    usage: 'transfer NODE [TARGET]',
    run: (scenario, [node, target, ...rest]) => {
      if (rest.length > 0) throw new WrongArguments();
      scenario.transfer(nodeOf(scenario, node), target === undefined ? null : nodeOf(scenario, target));
    },
  },
  snapshot: onNode('snapshot NODE', (scenario, node) => scenario.takeSnapshot(node)),
  status: {
    usage: 'status [NODE…]',
    run: (scenario, names) => {
      scenario.status(names.length === 0 ? scenario.nodes : names.map((name) => nodeOf(scenario, name)));
    },
  },
  times: onNode('times NODE', (scenario, node) => scenario.times(node)),
  hide: { usage: 'hide KIND… | hide all', isSetup: true, run: ({ trace }, args) => trace.hide(kindsOf(args)) },
  show: { usage: 'show KIND… | show all', isSetup: true, run: ({ trace }, args) => trace.show(kindsOf(args)) },
};

/** Carries out one command of a story. @throws {CommandRefused} if there is no such command, or if it does not fit */
export function runCommand(scenario: Scenario, [name = '', ...args]: readonly string[]): void {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new CommandRefused(
      `there is no command ${name}; there are ${['cluster', ...Object.keys(commands)].join(', ')}`,
    );
  }
  if (command.isSetup === undefined) scenario.begin();
  try {
    command.run(scenario, args);
  } catch (error) {
    if (error instanceof WrongArguments) throw new CommandRefused(`it should read: ${command.usage}`);
    throw error;
  }
}

function onNode(usage: string, run: (scenario: Scenario, node: ScenarioNode) => void): Command {
  return { usage, run: (scenario, args) => run(scenario, onlyNode(scenario, args)) };
}

function onlyNode(scenario: Scenario, [name, ...rest]: readonly string[]): ScenarioNode {
  if (rest.length > 0) throw new WrongArguments();
  return nodeOf(scenario, name);
}

function nodeOf({ nodes }: Scenario, name: string | undefined): ScenarioNode {
  if (name === undefined) throw new WrongArguments();
  const node = nodes.find(({ id }) => id === name);
  if (node === undefined) throw new CommandRefused(`there is no node ${name}`);
  return node;
}

function numberOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new WrongArguments();
  return Number(text);
}

function onlyNumber(text: string | undefined, rest: readonly string[]): number {
  if (text === undefined || rest.length > 0) throw new WrongArguments();
  return numberOf(text);
}

function onlyTime(text: string | undefined, rest: readonly string[]): number {
  const found = /^(\d+)ms$/.exec(text ?? '');
  if (found?.[1] === undefined || rest.length > 0) throw new WrongArguments();
  return Number(found[1]);
}

function settingOf(name: string | undefined): keyof RaftSettings {
  for (const known of Object.keys(defaultRaftSettings) as (keyof RaftSettings)[]) if (known === name) return known;
  throw new CommandRefused(`there is no setting ${name}; there are ${Object.keys(defaultRaftSettings).join(', ')}`);
}

function kindsOf(names: readonly string[]): readonly TraceKind[] {
  if (names.length === 0) throw new WrongArguments();
  if (names[0] === 'all' && names.length === 1) return traceKinds;
  return names.map((name) => {
    const kind = traceKinds.find((known) => known === name);
    if (kind === undefined) throw new CommandRefused(`a trace has no ${name}; it has ${traceKinds.join(', ')}`);
    return kind;
  });
}

function onlyWires(scenario: Scenario, args: readonly (string | undefined)[]): readonly Wire[] {
  const { wires, rest } = wiresOf(scenario, args);
  if (rest.length > 0) throw new WrongArguments();
  return wires;
}

/** `n1 -> n2`, `n1 <-> n2`; a star is every node. */
function wiresOf(scenario: Scenario, [from, arrow, to, ...rest]: readonly (string | undefined)[]) {
  const end = (name: string | undefined) => (name === '*' ? null : nodeOf(scenario, name).id);
  if (arrow !== '->' && arrow !== '<->') throw new WrongArguments();
  const wire = { from: end(from), to: end(to) };
  return { wires: arrow === '->' ? [wire] : [wire, { from: wire.to, to: wire.from }], rest };
}

/** `all`, or a wire and what of it: `n1 -> n2 AppendEntries #3`. */
function selectionOf(scenario: Scenario, args: readonly string[]): Selection {
  if (args[0] === 'all' && args.length === 1) {
    return { wires: [{ from: null, to: null }], kind: null, sequence: null };
  }
  const { wires, rest } = wiresOf(scenario, args);
  const kind = rest.find((word) => word !== undefined && /^[A-Z]\w+$/.test(word)) ?? null;
  const number = rest.find((word) => word !== undefined && /^#\d+$/.test(word)) ?? null;
  if (rest.length !== Number(kind !== null) + Number(number !== null)) throw new WrongArguments();
  return { wires, kind, sequence: number === null ? null : Number(number.slice(1)) };
}
