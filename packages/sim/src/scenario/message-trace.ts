import type { NodeId, Sender } from '@quorate/actor';
import type { ActorMessage } from '../host/actor-message.ts';
import { messageText, nameText } from './message-text.ts';
import type { Trace, TraceKind } from './trace.ts';
import type { Waiting } from './wires.ts';

/** Tells what becomes of messages between nodes. */
export class MessageTrace {
  readonly #trace: Trace;
  /** Empty AppendEntries, by what their answers name. */
  readonly #heartbeats = new Set<string>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** A message leaves its node. */
  sent({ sender, to, message }: Waiting, becomes = ''): void {
    if (message.kind === 'appendEntries' && message.entries.length === 0) {
      this.#heartbeats.add(heartbeatKey(sender.node, sender.incarnation, to, message));
    }
    const kinds = this.#kindsOf('sends', sender, to, message);
    this.#trace.add(kinds, `${sender.node} -> ${to}  ${messageText(message)}${becomes}`);
  }

  /** A message comes to a node. The incarnations are told where they are not the ones that live. */
  received({ sender, to, message }: Waiting, lives: { readonly sender: number; readonly receiver: number }): void {
    const notes = [];
    if (sender.incarnation !== lives.sender) notes.push(`sent in life ${sender.incarnation} of ${sender.node}`);
    if ('incarnation' in message && message.incarnation !== lives.receiver) {
      notes.push(`meant for life ${message.incarnation} of ${to}, now in life ${lives.receiver}`);
    }
    const note = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    const kinds = this.#kindsOf('receipts', sender, to, message);
    this.#trace.add(kinds, `${to} receives ${nameText(message)} from ${sender.node}${note}`);
  }

  #kindsOf(kind: TraceKind, sender: Sender, to: NodeId, message: ActorMessage): readonly TraceKind[] {
    return this.#isHeartbeat(sender, to, message) ? [kind, 'heartbeats'] : [kind];
  }

  #isHeartbeat(sender: Sender, to: NodeId, message: ActorMessage): boolean {
    if (message.kind === 'leaderProbe') return true;
    if (message.kind === 'appendEntries') return message.entries.length === 0;
    if (message.kind !== 'appendEntriesReply' || !message.success) return false;
    return this.#heartbeats.has(heartbeatKey(to, message.incarnation, sender.node, message));
  }
}

const heartbeatKey = (
  leader: NodeId,
  incarnation: number,
  follower: NodeId,
  message: { readonly term: number; readonly sequence: number },
): string => `${leader}#${incarnation} ${follower} ${message.term} ${message.sequence}`;
