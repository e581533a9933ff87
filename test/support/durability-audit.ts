import { nodeId } from '@quorate/actor';
import type { LogEntry } from '@quorate/raft';
import { type ActorMessage, decodePeerMessage, parsePeerSubject } from '@quorate/wire';
import { type NatsFrame, natsFramesIn } from './nats-frames.ts';
import type { SystemCall, Traced } from './system-calls.ts';

/** A node whose system calls were seen. */
export interface AuditedNode {
  readonly id: string;
  /** Its log's file. */
  readonly logFile: string;
  readonly clusterId: string;
  readonly traced: Traced;
}

/** What an audit has looked at, and what it has found. */
export interface Audit {
  readonly appendReplies: number;
  readonly votes: number;
  readonly campaigns: number;
  readonly answers: number;
  /** Each thing that was said before the disk had what it rests on. */
  readonly violations: readonly string[];
}

/** Values of writes that are audited begin so, and end with `;`: each is there once. */
export const auditedValue = (place: number): string => `audited-${place};`;

const markers = /audited-\d+;/g;

interface Said {
  readonly message: ActorMessage;
  readonly frame: NatsFrame;
}

/**
 * Holds what nodes said against what their disks had, by their system calls alone: no reply to an append, no vote, and no answer to a client may be written to
 * a socket before the flush that it rests on has returned. On the disk is what was written to the log's file, when a flush that began after it
 * has returned, and after that the page by which LMDB finds it, which its descriptor flushes.
 */
export class DurabilityAudit {
  readonly #nodes: readonly NodeAudit[];
  /** Where in the log each audited value stands. */
  readonly #indexes = new Map<string, number>();

  constructor(nodes: readonly AuditedNode[]) {
    this.#nodes = nodes.map((node) => new NodeAudit(node));
    for (const { heard } of this.#nodes) {
      for (const { message } of heard) for (const entry of entriesOf(message)) this.#place(entry);
    }
  }

  /** All of it. */
  run(): Audit {
    const violations: string[] = [];
    const counts = { appendReplies: 0, votes: 0, campaigns: 0, answers: 0 };
    for (const node of this.#nodes) {
      for (const { message, frame } of node.said) {
        if (isSuccess(message)) {
          counts.appendReplies += 1;
          violations.push(...this.#unflushed(node, message.matchIndex, frame.firstAtUs));
        } else if (isVote(message)) {
          counts.votes += 1;
          violations.push(...node.unflushedSince('requestVote', message.term, frame, `votes in term ${message.term}`));
        } else if (message.kind === 'requestVote' && 'term' in message) {
          counts.campaigns += 1;
          const does = `asks for votes in term ${message.term}`;
          violations.push(...node.unflushedSince('timeoutNow', Number(message.term) - 1, frame, does));
        }
      }
      const answers = node.answers();
      counts.answers += answers.length;
      for (const { marker, frame } of answers) violations.push(...this.#onTooFew(node, marker, frame.firstAtUs));
    }
    return { ...counts, violations };
  }

  #place({ index, command }: LogEntry): void {
    for (const [marker] of Buffer.from(command).toString('latin1').matchAll(markers)) this.#indexes.set(marker, index);
  }

  #unflushed(node: NodeAudit, matchIndex: number, atUs: number): readonly string[] {
    const missing = [...this.#indexes].filter(
      ([marker, index]) => index <= matchIndex && node.durableAtUs(marker) > atUs,
    );
    return missing.slice(0, 1).map(([marker]) => `${node.id} acknowledges ${matchIndex}, and its disk lacks ${marker}`);
  }

  #onTooFew(node: NodeAudit, marker: string, atUs: number): readonly string[] {
    const have = this.#nodes.filter((one) => one.durableAtUs(marker) <= atUs).length;
    if (have > this.#nodes.length / 2) return [];
    return [`${node.id} answers the write of ${marker}, which ${have} of ${this.#nodes.length} disks have`];
  }
}

/** One node's calls, by what they mean. */
class NodeAudit {
  readonly id: string;
  readonly said: readonly Said[];
  readonly heard: readonly Said[];
  readonly #logFile: string;
  readonly #calls: readonly SystemCall[];
  readonly #sent: readonly NatsFrame[];
  readonly #received: readonly NatsFrame[];
  /** When each audited value was on the disk. */
  readonly #durable = new Map<string, number>();

  constructor({ id, logFile, clusterId, traced }: AuditedNode) {
    this.id = id;
    this.#logFile = logFile;
    this.#calls = traced.calls;
    const onSockets = this.#calls.filter(({ path, succeeded }) => succeeded && path.startsWith('socket:'));
    this.#sent = framesOf(onSockets.filter(({ name }) => name.startsWith('write')));
    this.#received = framesOf(onSockets.filter(({ name }) => name === 'read'));
    this.said = this.#sent.flatMap((frame) => saidIn(frame, clusterId));
    this.heard = this.#received.flatMap((frame) => saidIn(frame, clusterId));
    for (const call of this.#pageWrites()) {
      for (const [marker] of call.bytes.toString('latin1').matchAll(markers)) {
        if (!this.#durable.has(marker)) this.#durable.set(marker, this.#flushedAtUs(call));
      }
    }
  }

  /** When it was on the disk; infinity if it never was. */
  durableAtUs(marker: string): number {
    return this.#durable.get(marker) ?? Number.POSITIVE_INFINITY;
  }

  /** Nothing, if something that was written to the log after that message was first heard was on the disk before this was said. */
  unflushedSince(kind: string, term: number, { firstAtUs }: NatsFrame, does: string): readonly string[] {
    const cause = this.heard.find(
      ({ message, frame }) =>
        message.kind === kind && 'term' in message && message.term === term && frame.lastAtUs <= firstAtUs,
    );
    if (cause === undefined) return [];
    const flushed = this.#pageWrites().some(
      (call) => call.beganAtUs >= cause.frame.lastAtUs && this.#flushedAtUs(call) <= firstAtUs,
    );
    return flushed ? [] : [`${this.id} ${does}, and has flushed nothing since it heard ${kind}`];
  }

  /** What it answered to clients whose write it took: the value that the write had. */
  answers(): readonly { readonly marker: string; readonly frame: NatsFrame }[] {
    const asked = new Map<string, string>();
    for (const { subject, reply, payload } of this.#received) {
      const [marker] = payload.toString('latin1').match(markers) ?? [];
      if (subject.includes('.api.') && reply !== null && marker !== undefined) asked.set(reply, marker);
    }
    return this.#sent.flatMap((frame) => {
      const marker = asked.get(frame.subject);
      return marker === undefined || !frame.payload.includes('"revision"') ? [] : [{ marker, frame }];
    });
  }

  #pageWrites(): readonly SystemCall[] {
    return this.#calls.filter(
      ({ name, path, succeeded }) => succeeded && path === this.#logFile && /^p?write/.test(name),
    );
  }

  /** When the page by which LMDB finds it was on the disk as well: that goes over a descriptor of its own. */
  #flushedAtUs(written: SystemCall): number {
    const ofLog = this.#calls.filter(({ path, succeeded }) => succeeded && path === this.#logFile);
    const flush = ofLog.find(({ name, beganAtUs }) => name === 'fdatasync' && beganAtUs >= written.endedAtUs);
    const meta = ofLog.find(
      ({ name, descriptor, beganAtUs }) =>
        flush !== undefined &&
        name.startsWith('pwrite') &&
        descriptor !== written.descriptor &&
        beganAtUs >= flush.endedAtUs,
    );
    return meta?.endedAtUs ?? Number.POSITIVE_INFINITY;
  }
}

/** By socket: a process may have several. */
function framesOf(calls: readonly SystemCall[]): readonly NatsFrame[] {
  const sockets = new Set(calls.map(({ path }) => path));
  return [...sockets].flatMap((socket) => natsFramesIn(calls.filter(({ path }) => path === socket)));
}

function saidIn(frame: NatsFrame, clusterId: string): readonly Said[] {
  const route = parsePeerSubject(frame.subject);
  if (route === null) return [];
  const identity = { node: nodeId(route.to), storageId: '', incarnation: 0 };
  const decoded = decodePeerMessage(new Uint8Array(frame.payload), {
    clusterId,
    identity,
    from: route.from,
    actor: route.actor,
  });
  return decoded.kind === 'message' ? [{ message: decoded.message, frame }] : [];
}

function entriesOf(message: ActorMessage): readonly LogEntry[] {
  return message.kind === 'appendEntries' && 'entries' in message && Array.isArray(message.entries)
    ? message.entries
    : [];
}

const isSuccess = (message: ActorMessage): message is ActorMessage & { readonly matchIndex: number } =>
  message.kind === 'appendEntriesReply' &&
  'success' in message &&
  message.success === true &&
  'isRepairing' in message &&
  message.isRepairing === false &&
  'matchIndex' in message;

const isVote = (message: ActorMessage): message is ActorMessage & { readonly term: number } =>
  message.kind === 'requestVoteReply' && 'voteGranted' in message && message.voteGranted === true && 'term' in message;
