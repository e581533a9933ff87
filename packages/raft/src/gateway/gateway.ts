import type { Actor, Context, NodeId, Sender } from '@quorate/actor';
import { apiAt, applierAt, electionAt, leaderAt, logStoreAt } from '../addresses.ts';
import type { ReadTracer } from '../ports.ts';
import type { RaftSettings } from '../settings.ts';
import type { StageRecorder } from '../stages/stage-recorder.ts';
import { logIndex, term } from '../types.ts';
import {
  type ClientRequest,
  isUnanswered,
  isWithLeader,
  type Page,
  type Read,
  type SnapshotRequest,
  type TransferRequest,
  type Write,
} from './client-request.ts';
import type { KnownLeader } from './known-leader.ts';
import type { GatewayAnswer, GatewayErrorCode, GatewayMessage } from './messages.ts';
import { type ReadParts, Reads } from './reads.ts';
import { Writes } from './writes.ts';

type Of<Kind extends GatewayMessage['kind']> = Extract<GatewayMessage, { kind: Kind }>;

/** What a gateway is made from. */
export interface GatewayOptions {
  readonly identity: Sender;
  readonly settings: RaftSettings;
  readonly stages: StageRecorder;
  readonly readTracer: ReadTracer;
}

/** How often open requests are looked at. */
const tickMs = 25;

/** The requests of a node's clients: where each goes, and what its caller is told. */
export class Gateway implements Actor<GatewayMessage> {
  readonly #context: Context<GatewayMessage>;
  readonly #identity: Sender;
  readonly #requests = new Map<number, ClientRequest>();
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #readTracer: ReadTracer;
  #sequence = 0;
  /** Why nobody will tell this node who leads, or null. */
  #retired: string | null = null;
  #known: KnownLeader = { term: term(0), leader: null };

  constructor(context: Context<GatewayMessage>, options: GatewayOptions, parts: ReadParts) {
    this.#context = context;
    this.#identity = options.identity;
    this.#readTracer = options.readTracer;
    const part = {
      context,
      known: () => this.#known,
      nextSequence: () => this.#nextSequence(),
      requestOf: (id: number) => this.#requests.get(id),
      answer: (id: number, answer: GatewayAnswer) => this.#answer(id, answer),
    };
    this.#reads = new Reads(part, options.settings, parts);
    this.#writes = new Writes(part, options);
  }

  receive(message: GatewayMessage): void {
    switch (message.kind) {
      case 'write':
      case 'changeMembers':
        return this.#open(message, this.#writeOf(message));
      case 'read':
        return this.#open(message, this.#readOf(message));
      case 'transfer':
        return this.#open(message, { kind: 'transfer', message, asked: null, deadlineMs: this.#deadline(message) });
      case 'readEntries':
        return this.#open(message, { kind: 'page', message, deadlineMs: this.#deadline(message) });
      case 'takeSnapshot':
        return this.#open(message, {
          kind: 'snapshot',
          message,
          readIndex: message.isLinearizable ? null : logIndex(0),
          applierAskedAtMs: null,
          deadlineMs: this.#deadline(message),
        });
      case 'readStatus':
        return this.#open(message, { kind: 'status', parts: new Map(), deadlineMs: this.#deadline(message) });
      case 'retire':
        return this.#retire(message.reason);
      case 'leaderKnown':
        return this.#leaderKnown(message);
      case 'proposeReply':
        return this.#proposeReply(message);
      case 'transferReply':
        return this.#transferReply(message);
      case 'readIndexReply':
        return this.#readIndexReply(message);
      case 'proven':
        return this.#reads.proven(message);
      case 'queryAnswer':
        return this.#answer(message.request, { kind: 'answer', answer: message.answer });
      case 'queryNotYet':
        return this.#reads.notYet(message);
      case 'snapshotAnswer':
        return this.#answer(message.request, { kind: 'snapshot', outcome: message.outcome });
      case 'committedEntries':
        return this.#answer(message.request, { ...message, kind: 'entries' });
      case 'described':
        return this.#described(message);
      case 'tick':
        return this.#tick();
      default:
        return message satisfies never;
    }
  }

  #deadline(message: { readonly timeoutMs: number }): number {
    return this.#context.now() + message.timeoutMs;
  }

  #writeOf(message: Of<'write' | 'changeMembers'>): Write {
    const receivedAtMs = this.#context.now();
    const deadlineMs = receivedAtMs + message.timeoutMs;
    return { kind: 'write', message, proposed: null, deadlineMs, receivedAtMs, proposedAtMs: receivedAtMs };
  }

  #readOf(message: Of<'read'>): Read {
    const { consistency, traceparent = null } = message;
    const isLocal = consistency === 'local';
    const span = this.#readTracer.start(consistency, traceparent);
    if (isLocal) span?.indexKnown('local');
    const deadlineMs = this.#deadline(message);
    const readIndex = isLocal ? logIndex(0) : null;
    return {
      kind: 'read',
      message,
      span,
      deadlineMs,
      readIndex,
      isConfirmed: false,
      queriedAtMs: null,
      reachedRevision: null,
    };
  }

  #nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  #open({ request: id }: { readonly request: number }, request: ClientRequest): void {
    if (this.#requests.size === 0) this.#context.startTimer('tick', tickMs, { kind: 'tick' });
    this.#requests.set(id, request);
    if (request.kind === 'write' && !this.#writes.hasRoomFor(request)) {
      this.#fail(id, 'Overloaded', 'the node has too many writes waiting');
    } else if (this.#retired !== null && !isWithLeader(request)) this.#fail(id, 'NoLeader', this.#retired);
    else this.#advance(id, request);
  }

  /** Takes a request as far as it can go now. Safe to repeat: what is repeated is told apart by its sequence. */
  #advance(id: number, request: ClientRequest): void {
    switch (request.kind) {
      case 'write':
        return this.#writes.propose(id, request);
      case 'read':
        return this.#reads.advance(id, request);
      case 'transfer':
        return this.#transfer(id, request);
      case 'snapshot':
        return request.readIndex === null ? this.#reads.askIndex(id) : this.#askSnapshot(id, request);
      case 'page':
        return this.#readPage(id, request);
      case 'status':
        return this.#describe(id);
      default:
        return request satisfies never;
    }
  }

  /** Deadlines, and whatever was lost. */
  #tick(): void {
    const now = this.#context.now();
    let unanswered = this.#reads.isOverdue(now);
    for (const [id, request] of this.#requests) {
      if (now >= request.deadlineMs) this.#expire(id, request);
      else if (isUnanswered(request, now)) {
        unanswered = true;
        this.#advance(id, request);
      }
    }
    this.#reads.ask();
    if (this.#requests.size === 0) return;
    // Also while a leader is known: the notice of its successor may have been lost, and a node that leads no more does not answer.
    if (unanswered) this.#context.send(electionAt(this.#context.self), { kind: 'whoLeads' });
    this.#context.startTimer('tick', tickMs, { kind: 'tick' });
  }

  #expire(id: number, request: ClientRequest): void {
    switch (request.kind) {
      case 'write':
        if (request.proposed === null) return this.#failWithoutLeader(id);
        return this.#fail(id, 'OutcomeUnknown', 'no answer in time; the write may have happened, or may yet happen');
      case 'read':
        return this.#answer(id, this.#reads.expire(id, request));
      case 'snapshot':
        if (request.readIndex === null && this.#known.leader === null) return this.#failWithoutLeader(id);
        return this.#fail(id, 'Timeout', 'no answer in time');
      case 'status':
        return this.#answer(id, { kind: 'status', parts: [...request.parts.values()] });
      case 'transfer':
      case 'page':
        return this.#fail(id, 'Timeout', 'no answer in time');
      default:
        return request satisfies never;
    }
  }

  // --- who leads -------------------------------------------------------------------------------------------------------

  #leaderKnown(message: Of<'leaderKnown'>): void {
    if (message.term < this.#known.term) return;
    const sameLeader = message.term === this.#known.term && message.leader === this.#known.leader;
    this.#known = { term: message.term, leader: message.leader };
    if (sameLeader) return;
    for (const [id, request] of this.#requests) {
      if (request.kind === 'write' && request.proposed !== null) {
        // The leader that has it may be gone, and its entry may or may not be in its successor's log.
        if (request.proposed.term < message.term)
          this.#fail(id, 'OutcomeUnknown', 'the leader changed while the write was in flight');
      } else if (message.leader !== null) {
        this.#advance(id, request);
      }
    }
  }

  /** What a leader has is answered yet; nothing else will be. */
  #retire(reason: string): void {
    this.#retired = reason;
    for (const [id, request] of this.#requests) if (!isWithLeader(request)) this.#fail(id, 'NoLeader', reason);
  }

  // --- what leaders reply ----------------------------------------------------------------------------------------------

  #proposeReply(message: Of<'proposeReply'>): void {
    if (message.incarnation !== this.#identity.incarnation || !this.#writes.replied(message)) return;
    if (this.#known.term === message.term) this.#known = { term: message.term, leader: null };
    if (this.#retired !== null) this.#retire(this.#retired);
  }

  #readIndexReply(message: Of<'readIndexReply'>): void {
    if (message.incarnation !== this.#identity.incarnation) return;
    const given = this.#reads.indexGiven(message);
    for (const id of given?.requests ?? []) {
      const request = this.#requests.get(id);
      if (given === null || (request?.kind !== 'read' && request?.kind !== 'snapshot')) continue;
      request.readIndex = given.readIndex;
      if (request.kind === 'read') {
        request.isConfirmed = true;
        request.span?.indexKnown(message.isLeased === true ? 'lease' : 'round');
      }
      this.#advance(id, request);
    }
  }

  // --- what this node knows by itself ----------------------------------------------------------------------------------

  #readPage(id: number, request: Page): void {
    const { fromIndex, maxEntries, maxBytes } = request.message;
    this.#context.send(logStoreAt(this.#context.self), {
      kind: 'readCommitted',
      reader: 'gateway',
      request: id,
      fromIndex,
      maxEntries,
      maxBytes,
    });
  }

  #askSnapshot(id: number, request: SnapshotRequest): void {
    request.applierAskedAtMs = this.#context.now();
    const atIndex = request.readIndex ?? logIndex(0);
    this.#context.send(applierAt(this.#context.self), { kind: 'takeSnapshot', request: id, atIndex });
  }

  // --- transfer --------------------------------------------------------------------------------------------------------

  #transfer(id: number, request: TransferRequest): void {
    const { leader, term: leaderTerm } = this.#known;
    if (leader === null) return;
    const { target } = request.message;
    const isDone = target === null ? request.asked !== null && leader !== request.asked.leader : leader === target;
    if (isDone) return this.#answer(id, { kind: 'transferred', leader });
    // The same question again, as long as it goes to the same leader: its answer names it.
    const sequence = request.asked?.term === leaderTerm ? request.asked.sequence : this.#nextSequence();
    request.asked = { term: leaderTerm, sequence, leader, atMs: this.#context.now() };
    // From now on what is proposed might come when that leader is gone already, and nobody could say what became of it.
    this.#writes.hold(leaderTerm, request.deadlineMs);
    const ask = { kind: 'transferLeadership', term: leaderTerm, sequence, target } as const;
    this.#context.send(leaderAt({ node: leader, group: this.#context.self.group }), ask);
  }

  #transferReply({ term, sequence, incarnation, code, message }: Of<'transferReply'>): void {
    if (incarnation !== this.#identity.incarnation) return;
    const isAsked = (request: ClientRequest): boolean => request.kind === 'transfer' && request.asked?.term === term;
    for (const [id, request] of this.#requests) {
      if (request.kind !== 'transfer' || request.asked?.sequence !== sequence) continue;
      this.#answer(id, { kind: 'rejected', code, message });
      // Another that was asked for may still be under way.
      if (![...this.#requests.values()].some(isAsked)) this.#writes.release(term);
      return;
    }
  }

  // --- status ----------------------------------------------------------------------------------------------------------

  #describe(id: number): void {
    const ask = { kind: 'describe', request: id } as const;
    this.#context.send(electionAt(this.#context.self), ask);
    this.#context.send(logStoreAt(this.#context.self), ask);
    this.#context.send(applierAt(this.#context.self), ask);
    this.#context.send(leaderAt(this.#context.self), ask);
  }

  #described(message: Of<'described'>): void {
    const request = this.#requests.get(message.request);
    if (request?.kind !== 'status') return;
    request.parts.set(message.part.actor, message.part);
    const election = request.parts.get('election');
    if (election?.actor !== 'election') return;
    const expected = election.role === 'leader' ? 4 : 3;
    if (request.parts.size < expected) return;
    this.#answer(message.request, { kind: 'status', parts: [...request.parts.values()] });
  }

  // --- answers ---------------------------------------------------------------------------------------------------------

  #failWithoutLeader(id: number): void {
    this.#fail(id, 'NoLeader', 'no leader took the request in time; nothing was written');
  }

  #fail(id: number, code: GatewayErrorCode, message: string): void {
    this.#answer(id, { kind: 'error', code, message });
  }

  #answer(id: number, answer: GatewayAnswer): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    this.#requests.delete(id);
    if (request.kind === 'write') this.#writes.close(request);
    else this.#reads.close(id);
    if (request.kind === 'read') request.span?.end(outcomeOf(answer));
    const leader: NodeId | null = this.#known.leader;
    this.#context.send(apiAt(this.#context.self), { kind: 'answered', request: id, answer, leader });
  }
}

/** What a read is told, in a word. */
function outcomeOf(answer: GatewayAnswer): string {
  if (answer.kind === 'answer') return 'ok';
  return 'code' in answer ? answer.code : answer.kind === 'tooStale' ? 'TooStale' : answer.kind;
}
