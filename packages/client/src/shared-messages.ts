import { decodeSharedReplies, encodeSharedRequests, MAX_SHARED_REQUESTS, SHARED_FRAME_BYTES } from '@quorate/wire';
import type { BusOutcome, ReplyInbox } from './reply-inbox.ts';

/** More than this is shared by nobody: what is small does not wait behind it. */
const maxSharedBytes = 128 * 1024;

/** Whoever asks. */
export interface Asker {
  /** What came of it: once at most. It must not throw. */
  answered(outcome: BusOutcome): void;
}

/** A request that is ready, or on its way. */
export interface Question {
  readonly payload: Uint8Array;
  readonly asker: Asker;
  isOpen: boolean;
  /** What it went in. */
  message: Message | null;
}

/** A message that is on its way. */
export interface Message {
  readonly questions: readonly Question[];
  openCount: number;
  stopListening: () => void;
}

/**
 * Requests of one store for one subject that are ready in the same turn go in one message, and a node answers those together that it has
 * together. Nobody waits for others: what is ready alone goes alone, at once.
 */
export class SharedMessages {
  readonly #inbox: ReplyInbox;
  readonly #ready = new Map<string, Question[]>();

  constructor(inbox: ReplyInbox) {
    this.#inbox = inbox;
  }

  /** Asks what `payload` says, for `asker`, until the question that it returns is closed. */
  ask(subject: string, payload: Uint8Array, asker: Asker): Question {
    const question: Question = { payload, asker, isOpen: true, message: null };
    if (this.#ready.size === 0) process.nextTick(() => this.#publishAll());
    const others = this.#ready.get(subject);
    if (others === undefined) this.#ready.set(subject, [question]);
    else others.push(question);
    return question;
  }

  /** Nobody waits for its answer any more. */
  close(question: Question): void {
    close(question);
  }

  #publishAll(): void {
    const ready = [...this.#ready];
    this.#ready.clear();
    for (const [subject, questions] of ready) {
      for (const shared of inMessages(questions.filter(({ isOpen }) => isOpen))) this.#publish(subject, shared);
    }
  }

  #publish(subject: string, questions: readonly Question[]): void {
    const [first, ...others] = questions;
    if (first === undefined) return;
    const payload = others.length === 0 ? first.payload : encodeSharedRequests(questions.map(({ payload }) => payload));
    const message: Message = { questions, openCount: questions.length, stopListening: () => {} };
    for (const question of questions) question.message = message;
    message.stopListening = this.#inbox.askAll(subject, payload, (outcome) => settle(message, outcome));
  }
}

/** In the order in which they were asked. */
function inMessages(questions: readonly Question[]): readonly (readonly Question[])[] {
  const messages: Question[][] = [];
  let open: Question[] = [];
  let bytes = 0;
  for (const question of questions) {
    const questionBytes = question.payload.length + SHARED_FRAME_BYTES;
    if (open.length === 0 || open.length === MAX_SHARED_REQUESTS || bytes + questionBytes > maxSharedBytes) {
      open = [];
      bytes = 0;
      messages.push(open);
    }
    open.push(question);
    bytes += questionBytes;
  }
  return messages;
}

/** What comes for a message, to those whom it is for. */
function settle({ questions }: Message, outcome: BusOutcome): void {
  const replies = outcome.kind === 'reply' ? decodeSharedReplies(outcome.data) : null;
  if (replies === null) for (const question of questions) answer(question, outcome);
  else for (const { ordinal, reply } of replies) answer(questions[ordinal], { kind: 'reply', data: reply });
}

function answer(question: Question | undefined, outcome: BusOutcome): void {
  if (question?.isOpen !== true) return;
  close(question);
  question.asker.answered(outcome);
}

/** What nobody waits for any more is not listened for. */
function close(question: Question): void {
  if (!question.isOpen) return;
  question.isOpen = false;
  const { message } = question;
  if (message === null) return;
  message.openCount -= 1;
  if (message.openCount === 0) message.stopListening();
}
