/** A client broke the protocol so badly that its connection ends. */
export class ProtocolViolation extends Error {
  /** What the client is told in `-ERR '…'` before the end; some violations end the connection without a word. */
  readonly reply: string | undefined;

  constructor(reply?: string) {
    super(reply ?? 'malformed operation');
    this.name = 'ProtocolViolation';
    this.reply = reply;
  }
}

/** The violation of a client that sends what is no operation. */
export function unknownOperation(): ProtocolViolation {
  return new ProtocolViolation('Unknown Protocol Operation');
}
