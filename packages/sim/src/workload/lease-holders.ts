import type { ApiMessage } from '@quorate/raft';
import type { FaultCounts } from '../faults/fault-counts.ts';
import type { RandomStream } from '../host/random-stream.ts';
import type { SimulatedCluster } from '../host/simulated-cluster.ts';
import { fencedPut, type LeaseWork, leasedPut } from './lease-work.ts';
import { decodeResult, encodeCommand } from './plain-codec.ts';

/** What holders need of a run. */
export interface LeaseHoldersOptions {
  readonly cluster: SimulatedCluster;
  readonly counts: FaultCounts;
  readonly random: RandomStream;
}

/** Somebody who takes a lock now and then, and writes under its fence, also when he has it no more. */
interface Holder {
  readonly place: number;
  lease: number | null;
  /** Of the lock, when he last had it. */
  token: number | null;
  /** What he has asked, and not been answered. */
  asked: { readonly request: number; readonly work: LeaseWork } | null;
}

/** These requests are numbered apart from all others. */
const firstRequest = 3_000_000_000;
const holders = 3;
const meanPauseMs = 250;
const timeoutMs = 400;
const lock = 'lock';

/** Those who hold leases and a lock, under keys that no client has. What comes of it is checked where entries are applied. */
export class LeaseHolders {
  readonly #options: LeaseHoldersOptions;
  readonly #holders: readonly Holder[];
  #requests = 0;
  #isStopped = false;

  constructor(options: LeaseHoldersOptions) {
    this.#options = options;
    this.#holders = Array.from({ length: holders }, (_, place) => ({ place, lease: null, token: null, asked: null }));
  }

  start(): void {
    for (const holder of this.#holders) this.#pause(holder);
  }

  /** Nobody does anything any more: what is held ends by itself. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Whether that request was made here. */
  isOwn(request: number): boolean {
    return request >= firstRequest;
  }

  /** The api of a node has an answer of its gateway. */
  onAnswer({ request, answer }: ApiMessage): void {
    const holder = this.#holders.find(({ asked }) => asked?.request === request);
    if (holder === undefined || holder.asked === null || answer.kind !== 'result') return;
    const { work } = holder.asked;
    holder.asked = null;
    const result = decodeResult(answer.result);
    this.#options.counts.add(`${work.kind} of a holder, ${result.kind === 'failed' ? result.code : 'done'}`);
    if (result.kind === 'grantLease') holder.lease = result.lease;
    if (result.kind === 'put' && work.kind === 'put' && work.key === lock) holder.token = result.revision;
    if (result.kind === 'failed' && result.code === 'LeaseExpired') holder.lease = null;
  }

  #pause(holder: Holder): void {
    const pauseMs = -Math.log(1 - this.#options.random.next()) * meanPauseMs;
    this.#options.cluster.after(pauseMs, 'holderActs', () => {
      if (this.#isStopped) return;
      this.#act(holder);
      this.#pause(holder);
    });
  }

  #act(holder: Holder): void {
    const { cluster, random } = this.#options;
    const work = this.#next(holder);
    this.#requests += 1;
    const request = firstRequest + this.#requests;
    holder.asked = { request, work };
    const command = encodeCommand(work);
    cluster.ask(random.pick(cluster.nodes), { kind: 'write', request, command, timeoutMs, traceparent: null });
  }

  #next({ place, lease, token }: Holder): LeaseWork {
    const { random } = this.#options;
    if (lease === null) return { kind: 'grantLease', ttlMs: random.pick([1_000, 2_000]) };
    if (token !== null && random.chance(0.3)) return fencedPut('protected', { lock, token });
    const drawn = random.next();
    if (drawn < 0.4) return { kind: 'keepLease', lease };
    if (drawn < 0.7) return leasedPut(lock, lease, 0);
    if (drawn < 0.95) return leasedPut(`held/${place}`, lease);
    return { kind: 'revokeLease', lease };
  }
}
