import type { NodeId } from '@quorate/actor';
import type { GatewayAnswer, LogEntry } from '../../src/index.ts';
import type { Delivery } from './cluster.ts';

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Asked {
  readonly kind: 'write' | 'read';
  readonly text: string;
  /** What every answer that was seen before the question lets the asker expect. */
  readonly atLeast: number;
}

/** Looks on while a cluster runs, and throws as soon as something happens that Raft rules out (Raft figure 3) or that a client must not see. */
export class Witness {
  readonly #applied = new Map<number, string>();
  readonly #leaders = new Map<number, string>();
  readonly #asked = new Map<string, Asked>();
  readonly acknowledged = new Set<string>();
  readonly refused = new Set<string>();
  readonly outcomes = new Map<string, number>();
  #seen = 0;

  /** State machine safety: no two nodes apply different entries at one index, and nothing is applied in two places. */
  applied(node: NodeId, entry: LogEntry): void {
    const text = `${entry.term}:${textOf(entry.command)}`;
    const known = this.#applied.get(entry.index) ?? text;
    if (known !== text) throw new Error(`${node} applied ${text} at ${entry.index}, another node ${known}`);
    this.#applied.set(entry.index, text);
  }

  /** Election safety: at most one leader in a term. */
  delivered({ to, message }: Delivery): void {
    if (message.kind !== 'leadershipGranted' || !('term' in message)) return;
    const leaderTerm = Number(message.term);
    const known = this.#leaders.get(leaderTerm) ?? to.node;
    if (known !== to.node) throw new Error(`both ${known} and ${to.node} lead in term ${leaderTerm}`);
    this.#leaders.set(leaderTerm, to.node);
  }

  asked(node: string, request: number, kind: 'write' | 'read', text: string): void {
    this.#asked.set(`${node}/${request}`, { kind, text, atLeast: this.#seen });
  }

  /** Linearizability: an answer shows all that was acknowledged, or seen by a reader, before its question. */
  answered(node: NodeId, request: number, answer: GatewayAnswer): void {
    const asked = this.#asked.get(`${node}/${request}`);
    if (asked === undefined) throw new Error(`${node} answers ${request}, which nobody asked or which was answered`);
    this.#asked.delete(`${node}/${request}`);
    const outcome = answer.kind === 'error' ? answer.code : answer.kind;
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (outcome === 'NoLeader' && asked.kind === 'write') this.refused.add(asked.text);
    if (answer.kind === 'result') {
      if (textOf(answer.result) !== asked.text) throw new Error(`${asked.text} answered with another's result`);
      this.acknowledged.add(asked.text);
      this.#see(answer.index, asked);
    }
    if (answer.kind === 'answer') this.#see(Number(textOf(answer.answer)), asked);
  }

  #see(index: number, asked: Asked): void {
    if (index < asked.atLeast) throw new Error(`stale ${asked.kind}: ${index} after ${asked.atLeast} was seen`);
    this.#seen = Math.max(this.#seen, index);
  }

  /** What the log holds in the end: all that was acknowledged, nothing that was refused, nothing twice. */
  check(log: readonly LogEntry[]): void {
    const commands = log.filter(({ kind }) => kind === 'command').map(({ command }) => textOf(command));
    const unique = new Set(commands);
    if (unique.size !== commands.length) throw new Error('a command was applied twice');
    const lost = [...this.acknowledged].filter((text) => !unique.has(text));
    if (lost.length > 0) throw new Error(`acknowledged and lost: ${lost.join(', ')}`);
    const wrong = [...this.refused].filter((text) => unique.has(text));
    if (wrong.length > 0) throw new Error(`refused and applied: ${wrong.join(', ')}`);
  }
}
