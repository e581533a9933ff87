import type { GatewayAnswer } from '@quorate/raft';
import {
  type ApiRequest,
  NoLeader,
  NotYetApplied,
  OutcomeUnknown,
  Overloaded,
  type QuorateError,
  RevisionNotWritten,
  Timeout,
  TooStale,
} from '@quorate/wire';

type Failure = Extract<GatewayAnswer, { kind: 'error' | 'tooStale' | 'revisionMissing' }>;

/** What a gateway's answer that is none is to the client that asked. */
export function gatewayErrorOf(answer: Failure, { timeoutMs, read }: ApiRequest): QuorateError {
  switch (answer.kind) {
    case 'error':
      return errorOf(answer, timeoutMs);
    case 'tooStale':
      return new TooStale({ maxStalenessMs: read.maxStalenessMs ?? 0, stalenessMs: answer.stalenessMs });
    case 'revisionMissing': {
      const [wanted, reached] = [String(read.minRevision), String(answer.revision)];
      return answer.code === 'NotYetApplied'
        ? new NotYetApplied({ minRevision: wanted, revision: reached })
        : new RevisionNotWritten({ revision: wanted, newestRevision: reached });
    }
    default:
      return answer satisfies never;
  }
}

function errorOf({ code, message }: Extract<Failure, { kind: 'error' }>, timeoutMs: number): QuorateError {
  switch (code) {
    case 'NoLeader':
      return new NoLeader(message);
    case 'Overloaded':
      return new Overloaded(`${message}; nothing was written`);
    case 'OutcomeUnknown':
      return new OutcomeUnknown(message);
    case 'Timeout':
      return new Timeout({ timeoutMs });
    default:
      return code satisfies never;
  }
}
