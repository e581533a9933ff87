import { type ElectionTimeouts, scaledTo } from '../election-timeouts.ts';

/** What a candidate waits for: pre-votes, its own vote on disk, the others' votes. */
export type Question = 'requestPreVote' | 'campaign' | 'requestVote';

/** So many questions, with their answers, are to fit into an election timeout. */
const questionsInTimeout = 3;

/** So many questions are remembered: answers to older ones are too late for anything. */
const maxRemembered = 24;

/**
 * How long an election waits. A follower counts by its leader's timeouts. Without a leader they are the last that were known, or the settings,
 * and if those are too short for this network or these disks, attempts would be given up before their answers come, and candidates
 * get into each other's way for ever. So an answer that took long makes them longer, no more than twice as long at a time.
 */
export class Patience {
  readonly #settings: ElectionTimeouts;
  /** Those of the last leader. */
  #known: ElectionTimeouts;
  #timeouts: ElectionTimeouts;
  /** When a question was asked that is not answered yet, by question and attempt, oldest first. */
  readonly #asked = new Map<string, number>();
  /** How long the newest answer to each question took. */
  readonly #tookMs = new Map<Question, number>();

  constructor(settings: ElectionTimeouts) {
    this.#settings = settings;
    this.#known = settings;
    this.#timeouts = settings;
  }

  /** The range that the next timeout is drawn from. */
  get timeouts(): ElectionTimeouts {
    return this.#timeouts;
  }

  /** A leader is heard, which says how long to wait for it. */
  follow({ electionTimeoutMinMs, electionTimeoutMaxMs }: ElectionTimeouts): void {
    this.#known = { electionTimeoutMinMs, electionTimeoutMaxMs };
    this.#timeouts = this.#known;
    this.#asked.clear();
    this.#tookMs.clear();
  }

  /** An attempt begins to wait for answers. */
  asked(question: Question, attempt: number, nowMs: number): void {
    this.#asked.set(`${question} ${attempt}`, nowMs);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= maxRemembered) return;
      this.#asked.delete(oldest);
    }
  }

  /** An answer has come, in time or not: the newest counts, as one that was held up says nothing of the next. */
  answered(question: Question, attempt: number, nowMs: number): void {
    const askedAtMs = this.#asked.get(`${question} ${attempt}`);
    if (askedAtMs === undefined) return;
    this.#tookMs.set(question, nowMs - askedAtMs);
    const neededMs = questionsInTimeout * Math.max(...this.#tookMs.values());
    const twiceMs = 2 * this.#timeouts.electionTimeoutMinMs;
    const longer = scaledTo(this.#settings, Math.min(neededMs, twiceMs));
    this.#timeouts = longer.electionTimeoutMinMs > this.#known.electionTimeoutMinMs ? longer : this.#known;
  }
}
