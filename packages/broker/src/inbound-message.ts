/**
 * A PUB or HPUB with its payload, as positions in the bytes that came: nothing is copied until it is delivered.
 *
 * The bytes are in canonical form, `subject [reply] [header bytes] total bytes CR LF payload CR LF` with single spaces, so that
 * all after the subject is what a subscriber gets after its subscription's id.
 *
 * A parser fills one object again and again: whoever keeps a message past the call that hands it over has to copy it.
 */
export interface InboundMessage {
  bytes: Buffer;
  subjectStart: number;
  subjectEnd: number;
  /** Equal to replyEnd when there is no reply subject. */
  replyStart: number;
  replyEnd: number;
  /** Length of the headers, which begin the payload; 0 for a PUB. */
  headerBytes: number;
  /** Where the payload begins, headers included. */
  payloadStart: number;
  /** Where the message ends, behind the payload's CR LF. */
  end: number;
}

/** An object for a parser to fill. */
export function emptyMessage(): InboundMessage {
  return {
    bytes: Buffer.alloc(0),
    subjectStart: 0,
    subjectEnd: 0,
    replyStart: 0,
    replyEnd: 0,
    headerBytes: 0,
    payloadStart: 0,
    end: 0,
  };
}

/** The message in bytes of its own, to be kept. */
export function copyOf(message: InboundMessage): InboundMessage {
  const { subjectStart } = message;
  return {
    bytes: Buffer.from(message.bytes.subarray(subjectStart, message.end)),
    subjectStart: 0,
    subjectEnd: message.subjectEnd - subjectStart,
    replyStart: message.replyStart - subjectStart,
    replyEnd: message.replyEnd - subjectStart,
    headerBytes: message.headerBytes,
    payloadStart: message.payloadStart - subjectStart,
    end: message.end - subjectStart,
  };
}

/** The subject, one character for each byte. */
export function subjectOf(message: InboundMessage): string {
  return message.bytes.toString('latin1', message.subjectStart, message.subjectEnd);
}

/** The reply subject, one character for each byte; empty when there is none. */
export function replyOf(message: InboundMessage): string {
  return message.bytes.toString('latin1', message.replyStart, message.replyEnd);
}
