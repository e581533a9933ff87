import { type Command, ConfigStore, MemoryTables, readWatchPage } from '@quorate/config-store';
import { type AppliedEntry, type EntryKind, logIndex, term } from '@quorate/raft';
import {
  type ApiReply,
  configStoreCodec,
  decodeCommand,
  encodeCommand,
  encodeWatchPage,
  errorReply,
  isReadEndpoint,
  storeReply,
  watchBody,
} from '@quorate/wire';
import { type Behaviour, type FakeRequest, idOf } from './fake-node.ts';

const unanswered: ReadonlySet<string> = new Set(['hello', 'status']);

/** A store that fake nodes keep together, as if each applied at once what any of them is asked. */
export class StoreOfNodes {
  readonly clusterId: string;
  readonly #tables = new MemoryTables();
  readonly #store = new ConfigStore({
    tables: this.#tables,
    codec: configStoreCodec,
    stream: 'main.config',
    changed: () => this.#changed(),
  });
  #waiting: (() => void)[] = [];
  /** All commands, in the order in which they were applied. */
  readonly commands: Command[] = [];
  /** Told of the keys that an entry changed, by the tokens of each. */
  onChanged: (tokens: string) => void = () => {};
  /** How much later it is than the number of entries says. */
  laterMs = 0;

  constructor(clusterId = 'c1') {
    this.clusterId = clusterId;
  }

  /** Reads and writes, answered as a cluster answers them that `leader` leads. */
  behaviour(leader: string): Behaviour {
    return (request) =>
      request.endpoint === 'watch' ? this.#watch(request.body, leader) : this.answer(request, leader);
  }

  /** The reply to a request; null to what is no read or write. */
  answer({ endpoint, body }: Pick<FakeRequest, 'endpoint' | 'body'>, leader: string): ApiReply | null {
    if (isReadEndpoint(endpoint)) return storeReply(this.#store.query(body), idOf(leader));
    return unanswered.has(endpoint) ? null : storeReply(this.#apply(body), idOf(leader));
  }

  /** Applies a command of somebody else's. */
  apply(command: Command): void {
    this.#apply(encodeCommand(command));
  }

  /** So much later the leader tells the time: what is over by then goes. */
  pass(laterMs: number): void {
    this.laterMs += laterMs;
    this.#applyEntry('noop', new Uint8Array());
  }

  /** What there is for a watcher, as soon as there is something. */
  async #watch(body: Uint8Array, node: string): Promise<ApiReply> {
    for (;;) {
      try {
        const page = readWatchPage(this.#tables, watchBody(body));
        const { revision } = this.#store;
        const given = { node: idOf(node), clusterId: this.clusterId, revision, ...page };
        if (page.changes.length > 0) return { kind: 'ok', body: encodeWatchPage(given), leader: idOf(node) };
      } catch (error) {
        return errorReply(error, idOf(node));
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #apply(asked: Uint8Array): Uint8Array {
    const applied = this.#applyEntry('command', withoutSalt(asked));
    this.commands.push(decodeCommand(asked));
    return applied?.result ?? new Uint8Array();
  }

  #applyEntry(kind: EntryKind, command: Uint8Array): AppliedEntry | undefined {
    const index = this.#store.lastApplied + 1;
    const times = { timestampUs: 1_700_000_000_000_000 + index, logTimeMs: index + this.laterMs };
    const [applied] = this.#store.apply([{ index: logIndex(index), term: term(1), kind, command, ...times }]);
    for (const { subject } of applied?.notices() ?? []) this.onChanged(subject);
    return applied;
  }
}

/** With it nobody could say beforehand which session is which. */
function withoutSalt(body: Uint8Array): Uint8Array {
  const command = decodeCommand(body);
  return command.kind === 'openSession' ? encodeCommand({ kind: 'openSession', ttlMs: command.ttlMs }) : body;
}

/** What a node does that keeps a store by itself. */
export const storeBehaviour = (id: string): Behaviour => new StoreOfNodes().behaviour(id);
