import { type Command, ConfigStore, MemoryTables } from '@quorate/config-store';
import { type AppliedEntry, type EntryKind, logIndex, term } from '@quorate/raft';
import { type ApiReply, configStoreCodec, decodeCommand, encodeCommand, storeReply } from '@quorate/wire';
import { type Behaviour, type FakeRequest, idOf } from './fake-node.ts';

const reads: ReadonlySet<string> = new Set(['get', 'list', 'history', 'retention', 'leases']);
const unanswered: ReadonlySet<string> = new Set(['hello', 'status']);

/** A store that fake nodes keep together, as if each applied at once what any of them is asked. */
export class StoreOfNodes {
  readonly #store = new ConfigStore({ tables: new MemoryTables(), codec: configStoreCodec, stream: 'main.config' });
  /** All commands, in the order in which they were applied. */
  readonly commands: Command[] = [];
  /** Told of the keys that an entry changed, by the tokens of each. */
  onChanged: (tokens: string) => void = () => {};
  /** How much later it is than the number of entries says. */
  laterMs = 0;

  /** Reads and writes, answered as a cluster answers them that `leader` leads. */
  behaviour(leader: string): Behaviour {
    return (request) => this.answer(request, leader);
  }

  /** The reply to a request; null to what is no read or write. */
  answer({ endpoint, body }: Pick<FakeRequest, 'endpoint' | 'body'>, leader: string): ApiReply | null {
    if (reads.has(endpoint)) return storeReply(this.#store.query(body), idOf(leader));
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
