import type { PayloadStatus } from '@quorate/wire';

/** The largest messages between nodes: a full batch of entries, or one transaction of the longest, with its envelope. NATS servers take as much unless they are told otherwise. */
export const neededPayloadBytes = 1024 * 1024;

/** A node does not begin on a NATS server that would not take its longest messages: it would be well until one of them is due. */
export class PayloadLimitTooLow extends Error {
  readonly code = 'PayloadLimitTooLow';
  readonly maxBytes: number;
  readonly neededBytes: number;

  constructor({ server, maxBytes, neededBytes }: PayloadStatus & { readonly server: string }) {
    super(
      `the NATS server ${server} takes messages of ${maxBytes} bytes at most, and nodes send up to ${neededBytes}: raise its max_payload`,
    );
    this.name = 'PayloadLimitTooLow';
    this.maxBytes = maxBytes;
    this.neededBytes = neededBytes;
  }
}

/** How the limit of a server stands to what nodes need; null if none is known. */
export function payloadStatus(maxBytes: number | undefined): PayloadStatus | null {
  if (maxBytes === undefined) return null;
  return { maxBytes, neededBytes: neededPayloadBytes, isLow: maxBytes < neededPayloadBytes };
}
