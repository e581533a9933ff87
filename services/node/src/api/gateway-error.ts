import type { GatewayAnswer } from '@quorate/raft';
import { NoLeader, OutcomeUnknown, type QuorateError, Timeout } from '@quorate/wire';

/** What a gateway's error is to the client that asked. */
export function gatewayErrorOf(answer: Extract<GatewayAnswer, { kind: 'error' }>, timeoutMs: number): QuorateError {
  switch (answer.code) {
    case 'NoLeader':
      return new NoLeader(answer.message);
    case 'OutcomeUnknown':
      return new OutcomeUnknown(answer.message);
    case 'Timeout':
      return new Timeout({ timeoutMs });
    default:
      return answer.code satisfies never;
  }
}
