/** Where a write stands among those of its session. */
export interface SessionPlace {
  /** The session's id, which no other entry gives and nobody guesses: the index of the entry that opened it, with the salt of whoever asked for it. */
  readonly session: number;
  /** The number that the client gave the write, from 1: it is done once, however often it comes, and in whatever order. */
  readonly sequence: number;
  /** The client waits for no write at or below this number any more: their results may go, and whatever of them comes late is not done. */
  readonly floor: number;
}

/** Opens a session. Sent again it opens another one, which nobody uses, and which expires. */
export interface OpenSessionCommand {
  readonly kind: 'openSession';
  /** The session expires when it was not heard of for so long, by log time. */
  readonly ttlMs: number;
  /** A random number below 2^52, added to the session's id: a client that knows the id of another cluster's session, of the same name as this one, is to name none of this one's. 0 if there is none. */
  readonly salt?: number;
}

/** Keeps a session from expiring, as any write in it does. */
export interface KeepSessionCommand {
  readonly kind: 'keepSession';
  readonly session: number;
  readonly floor: number;
}

/** Ends a session. That there is none is fine. */
export interface CloseSessionCommand {
  readonly kind: 'closeSession';
  readonly session: number;
}

/** What is done with a session itself. */
export type SessionCommand = OpenSessionCommand | KeepSessionCommand | CloseSessionCommand;

/** What comes of it. */
export type SessionResult =
  | { readonly kind: 'openSession'; readonly session: number }
  | { readonly kind: 'keepSession' }
  | { readonly kind: 'closeSession' };
