import { QuorateError, RevisionMismatch, RevisionNotWritten } from '@quorate/config-store';
import { describe, expect, it } from 'vitest';
import {
  Compacted,
  DiskSpaceLow,
  errorFromData,
  FormationRefused,
  InvalidRequest,
  JoinRefused,
  MalformedMessage,
  MembersUnchanged,
  NodeSpent,
  NoLeader,
  NotYetApplied,
  OutcomeUnknown,
  Overloaded,
  serviceErrorHeaders,
  statusOf,
  Timeout,
  TooStale,
  Unavailable,
  Unformed,
  UnknownError,
} from '../src/api/index.ts';

const errors: readonly (readonly [QuorateError, number])[] = [
  [new NoLeader(), 503],
  [new OutcomeUnknown(), 504],
  [new Timeout({ timeoutMs: 100 }), 504],
  [new InvalidRequest({ reason: 'it is empty', field: null }), 400],
  [new TooStale({ maxStalenessMs: 100, stalenessMs: 250.5 }), 503],
  [new TooStale({ maxStalenessMs: 100, stalenessMs: null }), 503],
  [new NotYetApplied({ minRevision: '9', revision: '7' }), 504],
  [new RevisionNotWritten({ revision: '9', newestRevision: '7' }), 404],
  [new Unformed({ node: 'n1' }), 503],
  [new NodeSpent({ node: 'n1' }), 503],
  [new Unavailable(), 503],
  [new Overloaded(), 503],
  [new Compacted({ firstIndex: '9007199254740993' }), 404],
  [new FormationRefused({ reason: 'has formed already', node: 'n2' }), 409],
  [new JoinRefused({ reason: 'does not answer', node: 'n4' }), 409],
  [new MembersUnchanged({ code: 'MemberExists', message: 'n2 is a member already' }), 409],
  [new MembersUnchanged({ code: 'TransferTimedOut', message: 'n2 did not take office in time' }), 504],
  [new DiskSpaceLow({ node: 'n2', freeBytes: 12, neededBytes: 40 }), 507],
  [new MalformedMessage({ what: 'reply' }), 500],
  [new RevisionMismatch({ key: '/a', expected: '1', actual: '2' }), 409],
];

describe('errors between nodes and clients', () => {
  it.each(errors.map(([error, status]) => [error.code, error, status] as const))(
    '%s crosses and is the same class again',
    (code, error, status) => {
      const again = errorFromData(JSON.parse(JSON.stringify({ ...error.toData(), message: 'as sent' })));
      expect(again).toBeInstanceOf(error.constructor);
      expect(again).toBeInstanceOf(QuorateError);
      expect(again.toData()).toEqual({ code, message: 'as sent', details: error.details });
      expect(again.name).toBe(code);
      expect(statusOf(code)).toBe(status);
    },
  );

  it('keep their code where it is not known, or the details are not as expected', () => {
    const unknown = errorFromData({ code: 'FromTheFuture', message: 'new', details: { a: 1 } });
    expect(unknown).toBeInstanceOf(UnknownError);
    expect(unknown.toData()).toEqual({ code: 'FromTheFuture', message: 'new', details: { a: 1 } });
    expect(errorFromData({ code: 'constructor', message: '', details: {} })).toBeInstanceOf(UnknownError);
    expect(errorFromData({ code: 'Compacted', message: '', details: { firstIndex: 'x' } })).toBeInstanceOf(
      UnknownError,
    );
    expect(statusOf('FromTheFuture')).toBe(500);
  });

  it('name what matters', () => {
    expect(new Compacted({ firstIndex: '9007199254740993' }).firstIndex).toBe(9007199254740993n);
    const refused = new FormationRefused({ reason: 'has formed already', node: 'n2' });
    expect(refused.message).toBe('the cluster was not formed: node n2 has formed already');
  });

  it('have headers of one plain line', () => {
    const mismatch = new RevisionMismatch({ key: '/é', expected: '1', actual: '2' });
    expect(serviceErrorHeaders(mismatch.toData())).toEqual({
      'Nats-Service-Error': 'RevisionMismatch: "/?" is at revision 2, 1 was expected',
      'Nats-Service-Error-Code': '409',
    });
    const split = serviceErrorHeaders({ code: 'X', message: 'a\r\nNats-Rollup: all', details: {} });
    expect(split['Nats-Service-Error']).toBe('X: a??Nats-Rollup: all');
  });
});
