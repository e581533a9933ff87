import type { Sender } from '@quorate/actor';
import { type ConfigStore, keysTable } from '@quorate/config-store';
import { isQuorum, type Parting, StateCheck, type StateCheckMessage } from '@quorate/raft';
import type { Plant } from '../bugs/plant.ts';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import { simulatedStore, tablesOf } from '../host/simulated-store.ts';

/** What state checks need of a run. */
export interface StateChecksOptions {
  readonly cluster: SimulatedCluster;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
  readonly plant: Plant;
  /** Whether somebody alters the state of one node. */
  readonly goesAstray: boolean;
}

/** A state that somebody has altered. It is gone when it is built anew. */
interface AstrayState {
  readonly node: SimulatedNode;
  readonly stateMachine: ConfigStore;
}

const tickMs = 500;
const loss = 0.1;
const lateness = 0.05;
const lateMs = 1_500;
const astrayWindowMs = { from: 20_000, until: 45_000 } as const;

const equalStates = 'the states of nodes are equal';
const promise = 'a state that has parted is found, and no other is taken for it';
const silentLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/**
 * The actor `stateCheck` of each process, over roads of its own on which messages are lost and late: it only reads what nodes have applied, and shifts nothing else. Where a state was altered its node has to find that it
 * is the odd one, and the others which it is, with the first revision at which the two differ.
 */
export class StateChecks {
  readonly #options: StateChecksOptions;
  readonly #checks = new WeakMap<SimulatedProcess, StateCheck>();
  #astray: AstrayState | null = null;
  /** Another node has got the altered state in a snapshot: whose is the odd one then is for the quorum to say, and it may be wrong. */
  #isHandedOn = false;

  constructor(options: StateChecksOptions) {
    this.#options = options;
  }

  start(): void {
    const { cluster, random, goesAstray } = this.#options;
    for (const node of cluster.nodes) this.#tickLater(node);
    if (!goesAstray) return;
    const atMs = random.between(astrayWindowMs.from, astrayWindowMs.until);
    cluster.after(atMs, 'stateAltered', () => this.#alter());
  }

  /** When all has come to rest: whether what was altered was found. */
  finish(): void {
    const { cluster, counts } = this.#options;
    const astray = this.#astray;
    if (astray === null || this.#noteHandedOn(astray)) return;
    const { node, stateMachine } = astray;
    const isThere = node.stateMachine === stateMachine && cluster.members.includes(node) && node.process !== null;
    const revision = isThere ? this.#firstDifference(node) : null;
    if (revision === null) return counts.add('a state that was altered came right by itself');
    counts.add('a state that was altered has parted');
    const isJudged = this.#isJudged(revision, stateMachine);
    const expected: Parting = { node: node.id, revision, isOdd: true };
    for (const member of cluster.members) {
      const found = member.process === null ? [] : this.#check(member, member.process).partings;
      const isFound = (parting: Parting): boolean =>
        parting.isOdd ? textOf(parting) === textOf(expected) : !isJudged && parting.revision === revision;
      if (found.some(isFound)) continue;
      this.#violated(`${member.id} finds ${found.map(textOf).join(', ') || 'nothing'}, and ${textOf(expected)} it is`);
    }
  }

  #noteHandedOn({ node: altered }: AstrayState): boolean {
    const { cluster, counts } = this.#options;
    if (this.#isHandedOn) return true;
    this.#isHandedOn = cluster.nodes.some((node) => node !== altered && this.#firstDifference(node) !== null);
    if (this.#isHandedOn) counts.add('a state that was altered is handed on');
    return this.#isHandedOn;
  }

  /** Whether a quorum knows what the state was after that revision: a member that has got a snapshot since does not, and then nobody says whose state is the odd one. */
  #isJudged(revision: number, astray: ConfigStore): boolean {
    const { cluster } = this.#options;
    const knows = ({ stateMachine, process }: SimulatedNode): boolean =>
      process !== null && stateMachine !== astray && stateMachine.stateHashAt(revision) !== null;
    const knowing = cluster.members.filter(knows).map(({ id }) => id);
    return isQuorum(cluster.newestConfiguration, ({ id }) => knowing.includes(id));
  }

  #tickLater(node: SimulatedNode): void {
    const { cluster, random } = this.#options;
    cluster.after(random.between(0.8, 1.2) * tickMs, 'stateCheckTicks', () => {
      const { process } = node;
      if (process !== null && isAwake(node)) {
        this.#check(node, process).tick(cluster.newestConfiguration);
        this.#look(node, process);
      }
      this.#tickLater(node);
    });
  }

  #check(node: SimulatedNode, process: SimulatedProcess): StateCheck {
    const known = this.#checks.get(process);
    if (known !== undefined) return known;
    const { stateCheck: Check = StateCheck } = this.#options.plant;
    const check = new Check({
      node: node.id,
      newest: () => node.stateMachine.revision,
      hashAt: (revision) => node.stateMachine.stateHashAt(revision),
      tell: (to, message) => this.#tell(process.identity, to, message),
      logger: silentLogger,
      onOdd: () => {},
    });
    this.#checks.set(process, check);
    return check;
  }

  #tell(sender: Sender, to: string, message: StateCheckMessage): void {
    const { cluster, random } = this.#options;
    const isLost = random.chance(loss);
    const delayMs = random.chance(lateness) ? random.between(0, lateMs) : random.between(0.2, 3);
    const receiver = cluster.nodes.find(({ id }) => id === to);
    if (isLost || receiver === undefined) return;
    cluster.after(delayMs, 'stateCheckHears', () => {
      const { process } = receiver;
      if (process === null || !isAwake(receiver)) return;
      this.#check(receiver, process).receive(message, sender);
      this.#look(receiver, process);
    });
  }

  /** Nobody but the altered state differs from anybody. */
  #look(node: SimulatedNode, process: SimulatedProcess): void {
    const { cluster } = this.#options;
    const wrong = this.#check(node, process).partings.find(
      (parting) => this.#astray === null || (parting.isOdd && parting.node !== this.#astray.node.id),
    );
    if (wrong === undefined || (this.#astray !== null && this.#noteHandedOn(this.#astray))) return;
    if (this.#astray === null) cluster.watch.violated(equalStates, `${node.id} finds ${textOf(wrong)}`);
    else this.#violated(`${node.id} finds ${textOf(wrong)}, and it is ${this.#astray.node.id} that was altered`);
  }

  /** Of some key another version: what no client ever looks at, and each write goes on from. */
  #alter(): void {
    const { cluster, counts, random } = this.#options;
    const node = random.pick(cluster.members);
    const { stateMachine } = node;
    const tables = tablesOf(stateMachine);
    const rows = tables.range(keysTable, { limit: 100 });
    if (rows.length === 0) return;
    const { key, row } = random.pick(rows);
    tables.transaction((writer) => writer.put(keysTable, key, { ...row, version: row.version + 1 }));
    counts.add('a state is altered');
    this.#astray = { node, stateMachine };
  }

  /** The first revision at which a state is not what was committed; null if there is none. */
  #firstDifference({ stateMachine }: SimulatedNode): number | null {
    const { committed } = this.#options.cluster.watch;
    const store = simulatedStore({});
    for (let index = 1; index <= stateMachine.lastApplied; index += 1) {
      const entry = committed.at(index)?.entry;
      if (entry !== undefined) store.apply([entry]);
    }
    for (let revision = 1; revision <= store.revision; revision += 1) {
      if (store.stateHashAt(revision) !== stateMachine.stateHashAt(revision)) return revision;
    }
    return null;
  }

  #violated(what: string): void {
    this.#options.cluster.watch.violated(promise, what);
  }
}

const isAwake = ({ pauses, isSuspended, isSpent }: SimulatedNode): boolean => pauses === 0 && !isSuspended && !isSpent;

const textOf = ({ node, revision, isOdd }: Parting): string =>
  `${node} ${isOdd ? 'odd' : 'different'} from revision ${revision} on`;
