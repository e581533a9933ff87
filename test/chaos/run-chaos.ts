import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { FaultCounts, HistoryRecorder, RandomStream } from '@quorate/sim';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';
import { BadNetwork } from './bad-network.ts';
import type { CallCounts } from './chaos-client.ts';
import { ChaosCluster, connectionNameOf, PEER_SUBJECTS } from './chaos-cluster.ts';
import { expectLinearizable } from './check-history.ts';
import { ClientCrowd, faultyClientNames } from './client-crowd.ts';
import { expectEqualKeys, expectEqualLogs, expectFollowed, expectWritesOnce } from './committed-log.ts';
import { FaultDirector } from './fault-director.ts';
import { Journal } from './journal.ts';
import type { ChaosOptions } from './options.ts';
import { drawPlan, type Round } from './plan.ts';
import { Violation } from './violation.ts';

/** How far a run is. */
export interface ChaosProgress {
  readonly round: number;
  readonly rounds: number;
  readonly phase: 'faults' | 'recovery' | 'quiet' | 'checks';
  readonly calls: CallCounts;
}

/** What came of a run. */
export interface ChaosResult {
  /** Empty if every promise was kept. */
  readonly violations: readonly Violation[];
  /** Where data folders, logs, journal and history are; null if they were removed, because all was well. */
  readonly folder: string | null;
  readonly calls: CallCounts;
  /** Faults, and messages that met them, by kind. */
  readonly faults: ReadonlyMap<string, number>;
  readonly rounds: number;
  /** The highest term that a node came to: what it took in elections. */
  readonly term: number;
  readonly durationMs: number;
}

/** What a run is watched and ended with. */
export interface ChaosWatch {
  /** Ends the run early: it then throws the signal's reason. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ChaosProgress) => void;
}

/** Generous: the machine may be busy, and a new process takes a second to begin. */
const recoveryMs = 60_000;
/** With fewer, nothing was tried. */
const leastWrittenInRound = 10;

/**
 * Runs a cluster of processes with faults and clients, round after round, and looks whether all promises were kept.
 * It ends everything that it started, and keeps its folder only if a promise was broken or the run could not go on.
 * @throws the signal's reason, or an error that names the folder
 */
export async function runChaos(options: ChaosOptions, watch: ChaosWatch): Promise<ChaosResult> {
  const folder = await makeTemporaryFolder('chaos');
  const run = new ChaosRun(options, folder, watch);
  try {
    const result = await run.play();
    if (result.folder === null) await removeTemporaryFolder(folder);
    return result;
  } catch (error) {
    if (!watch.signal.aborted)
      throw new Error(`the run ended early; what there is of it is in ${folder}`, { cause: error });
    await removeTemporaryFolder(folder);
    throw watch.signal.reason;
  }
}

class ChaosRun {
  readonly #options: ChaosOptions;
  readonly #folder: string;
  readonly #watch: ChaosWatch;
  readonly #journal: Journal;
  readonly #counts = new FaultCounts();
  readonly #recorder = new HistoryRecorder();
  readonly #violations: Violation[] = [];
  #term = 0;

  constructor(options: ChaosOptions, folder: string, watch: ChaosWatch) {
    this.#options = options;
    this.#folder = folder;
    this.#watch = watch;
    this.#journal = new Journal(join(folder, 'journal.jsonl'));
  }

  async play(): Promise<ChaosResult> {
    const beganAtMs = performance.now();
    const { seed, nodes, minutes } = this.#options;
    const plan = drawPlan(new RandomStream(seed, 'plan'), nodes, minutes);
    this.#journal.note('plan', { seed, minutes, ...plan });
    const ids = Array.from({ length: nodes }, (_, place) => `n${place + 1}`);
    const network = new BadNetwork({
      random: new RandomStream(seed, 'network'),
      counts: this.#counts,
      victims: new Set([...ids.map(connectionNameOf), ...faultyClientNames]),
      peerSubjects: PEER_SUBJECTS,
    });
    const { localDelivery, keys, timeoutMs } = plan;
    const cluster = await ChaosCluster.start({ ids, localDelivery, folder: this.#folder, faults: network });
    let crowd: ClientCrowd | null = null;
    try {
      await cluster.form();
      const [recorder, journal] = [this.#recorder, this.#journal];
      crowd = await ClientCrowd.connect({ url: cluster.url, seed, keys, timeoutMs, nodes: ids, recorder, journal });
      await this.#playRounds(cluster, crowd, network, plan.rounds);
    } catch (error) {
      await cluster.writeLogs();
      throw error;
    } finally {
      await crowd?.close();
      await cluster.stop();
      await this.#journal.close();
    }
    return {
      violations: this.#violations,
      folder: this.#violations.length === 0 ? null : this.#folder,
      calls: crowd.counts,
      faults: this.#counts.all,
      rounds: plan.rounds.length,
      term: this.#term,
      durationMs: performance.now() - beganAtMs,
    };
  }

  async #playRounds(
    cluster: ChaosCluster,
    crowd: ClientCrowd,
    network: BadNetwork,
    rounds: readonly Round[],
  ): Promise<void> {
    const director = new FaultDirector({
      cluster,
      network,
      counts: this.#counts,
      random: new RandomStream(this.#options.seed, 'faults'),
      journal: this.#journal,
      faultyClients: faultyClientNames,
    });
    const tell = (at: number, phase: ChaosProgress['phase']): void => {
      this.#watch.signal.throwIfAborted();
      this.#journal.note(phase, { round: at + 1 });
      this.#watch.onProgress?.({ round: at + 1, rounds: rounds.length, phase, calls: crowd.counts });
    };
    crowd.start();
    await this.#collect(async () => {
      for (const [at, round] of rounds.entries()) {
        crowd.beginRound(at);
        tell(at, 'faults');
        await director.play(round.faults, round.faultsMs, this.#watch.signal);
        tell(at, 'recovery');
        await crowd.progress(recoveryMs);
        expectNoDeserter(cluster);
        tell(at, 'quiet');
        await after(round.quietMs, undefined, { signal: this.#watch.signal }).catch(() => undefined);
      }
    });
    tell(rounds.length - 1, 'checks');
    await this.#check(cluster, crowd, rounds.length);
    if (this.#violations.length > 0) await this.#keepEvidence(cluster);
  }

  /** Looks for everything that was promised: one broken promise may explain another. */
  async #check(cluster: ChaosCluster, crowd: ClientCrowd, rounds: number): Promise<void> {
    this.#term = Math.max(0, ...(await cluster.statuses()).map(({ term }) => term));
    await this.#collect(async () => {
      const writes = await crowd.stop();
      const log = await expectEqualLogs(cluster);
      for (const follower of crowd.followers) await this.#collect(() => expectFollowed(follower, log));
      await this.#collect(async () => expectWritesOnce(writes, log));
      await this.#collect(() => expectEqualKeys(crowd.calmStore, cluster.ids));
    });
    await this.#collect(async () => expectNoDeserter(cluster));
    await this.#collect(async () => expectNoErrors(cluster));
    await this.#collect(async () => expectLinearizable(this.#recorder.history));
    await this.#collect(async () => expectWork(crowd.counts, rounds));
  }

  async #collect(check: () => Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      // The same may show twice: during the rounds, and at the end.
      if (this.#violations.some(({ message }) => message === error.message)) return;
      this.#violations.push(error);
      this.#journal.note('violation', { message: error.message });
    }
  }

  async #keepEvidence(cluster: ChaosCluster): Promise<void> {
    await cluster.writeLogs();
    const lines = this.#recorder.history.map((operation) => `${JSON.stringify(operation)}\n`);
    await writeFile(join(this.#folder, 'history.jsonl'), lines.join(''));
  }
}

function expectNoDeserter({ deserters: [first] }: ChaosCluster): void {
  if (first === undefined) return;
  const last = first.log.at(-1);
  throw new Violation('no node ends by itself', `${first.id} did: ${first.errorOutput || JSON.stringify(last)}`);
}

function expectNoErrors({ errorsLogged: [first] }: ChaosCluster): void {
  if (first !== undefined) throw new Violation('no node logs an error', JSON.stringify(first));
}

function expectWork({ written }: CallCounts, rounds: number): void {
  const least = leastWrittenInRound * rounds;
  if (written < least) {
    throw new Violation('writes are acknowledged', `only ${written} were in ${rounds} rounds, which shows nothing`);
  }
}
