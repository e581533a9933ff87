import { connect, type Store } from '@quorate/client';
import { type HistoryRecorder, RandomStream } from '@quorate/sim';
import { CommittedRecorder } from '../support/committed-recorder.ts';
import { eventually } from '../support/eventually.ts';
import { type CallCounts, ChaosClient, type WriteAttempt } from './chaos-client.ts';
import type { Journal } from './journal.ts';
import { CALM_CLIENTS, FAULTY_CLIENTS } from './plan.ts';
import { Violation } from './violation.ts';

const meanPauseMs = { writer: 30, reader: 15 } as const;

/** The names of the connections that faults happen to. */
export const faultyClientNames: readonly string[] = Array.from(
  { length: FAULTY_CLIENTS },
  (_, place) => `chaos client ${place + 1}`,
);

/** What clients are made from. */
export interface CrowdOptions {
  readonly url: string;
  readonly seed: number;
  readonly keys: number;
  readonly timeoutMs: number;
  readonly nodes: readonly string[];
  readonly recorder: HistoryRecorder;
  readonly journal: Journal;
}

/** All clients of a run, each with a connection of its own. */
export class ClientCrowd {
  /** Two that follow the committed entries all along, one of them over a connection that faults happen to. */
  readonly followers: readonly CommittedRecorder[];
  /** On a connection that nothing happens to. */
  readonly calmStore: Store;
  readonly #options: CrowdOptions;
  readonly #stores: readonly Store[];
  readonly #clients: readonly ChaosClient[];
  readonly #end = new AbortController();
  #runs: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;
  #round = 0;

  private constructor(options: CrowdOptions, calm: readonly [Store, ...Store[]], faulty: readonly [Store, ...Store[]]) {
    const { seed, recorder, journal, nodes } = options;
    this.#options = options;
    this.#stores = [...calm, ...faulty];
    this.calmStore = calm[0];
    this.followers = [calm[0], faulty[0]].map((store) => new CommittedRecorder(store));
    const keys = (): readonly string[] => this.#keys();
    // One of each kind.
    const readers = [calm.at(-1), faulty.at(-1)];
    this.#clients = this.#stores.map((store, place) => {
      const random = new RandomStream(seed, `client ${place}`);
      const isReader = readers.includes(store);
      const pauseMs = isReader ? meanPauseMs.reader : meanPauseMs.writer;
      return new ChaosClient({ place, store, random, recorder, journal, meanPauseMs: pauseMs, isReader, nodes, keys });
    });
  }

  /** Connects all of them, and begins to follow the committed entries. */
  static async connect(options: CrowdOptions): Promise<ClientCrowd> {
    const { url: servers, timeoutMs } = options;
    const open = (name: string): Promise<Store> => connect({ servers, timeoutMs, nats: { name } });
    const calm = await openAll(
      Array.from({ length: CALM_CLIENTS }, (_, place) => `calm client ${place + 1}`),
      open,
    );
    const faulty = await openAll(faultyClientNames, open);
    return new ClientCrowd(options, calm, faulty);
  }

  /** They begin to call, and go on until they are stopped. */
  start(): void {
    const runs = this.#clients.map((client) => client.run(this.#end.signal));
    this.#runs = Promise.all(runs).catch((error: unknown) => {
      this.#failure = { error };
      this.#end.abort();
    });
  }

  /** Half of the keys are new ones: those of two rounds ago are left alone. */
  beginRound(round: number): void {
    this.#round = round;
  }

  /** What became of all their calls. */
  get counts(): CallCounts {
    const sum = (of: keyof CallCounts): number => this.#clients.reduce((all, { counts }) => all + counts[of], 0);
    return { ok: sum('ok'), written: sum('written'), failed: sum('failed'), unknown: sum('unknown') };
  }

  /** Resolves when each was answered once more. @throws {Violation} if that takes too long, or one was told what it could not expect */
  async progress(timeoutMs: number): Promise<void> {
    const before = this.#clients.map(({ counts }) => counts.ok);
    const starved = (): readonly number[] =>
      this.#clients.flatMap(({ counts }, place) => (counts.ok > (before[place] ?? 0) ? [] : [place]));
    await eventually(
      'every client is answered',
      async () => (this.#failure !== null || starved().length === 0 ? true : null),
      { timeoutMs },
    ).catch(() => {
      const places = starved().join(', ');
      throw new Violation('every client makes progress', `after ${timeoutMs} ms without a fault not so: ${places}`);
    });
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** They end the calls that are under way, and ask nothing more. Gives all that they wrote. @throws what a client was told and could not expect */
  async stop(): Promise<readonly WriteAttempt[]> {
    this.#end.abort();
    await this.#runs;
    if (this.#failure !== null) throw this.#failure.error;
    return this.#clients.flatMap(({ writes }) => writes);
  }

  /** Ends everything, calls that are under way too. */
  async close(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#stores.map((store) => store.close()));
    await this.#runs;
    await Promise.all(this.followers.map((follower) => follower.stop()));
  }

  #keys(): readonly string[] {
    const { keys } = this.#options;
    return Array.from({ length: keys }, (_, slot) => `/hot/${slot}/${Math.floor((this.#round + (slot % 2)) / 2)}`);
  }
}

async function openAll(
  names: readonly string[],
  open: (name: string) => Promise<Store>,
): Promise<readonly [Store, ...Store[]]> {
  const [first, ...others] = await Promise.all(names.map(open));
  if (first === undefined) throw new RangeError('a crowd of none');
  return [first, ...others];
}
