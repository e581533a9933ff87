import type { CommandResult, QueryAnswer } from '@quorate/config-store';
import { decodeAnswer, decodeResult, errorFromData } from '@quorate/wire';
import { MalformedMessage, OutcomeUnknown } from './errors.ts';

type ResultOf<Kind extends CommandResult['kind']> = Extract<CommandResult, { kind: Kind }>;
type AnswerOf<Kind extends QueryAnswer['kind']> = Extract<QueryAnswer, { kind: Kind }>;

/** The result of a write that a reply holds. @throws {OutcomeUnknown} if it cannot be read, and the error that it holds instead */
export function resultIn<Kind extends Exclude<CommandResult['kind'], 'failed'>>(
  body: Uint8Array,
  kind: Kind,
): ResultOf<Kind> {
  const result = readable(() => decodeResult(body));
  if (result?.kind === 'failed') throw errorFromData(result.error);
  if (result === null || !isOf(result, kind)) {
    throw new OutcomeUnknown('the reply cannot be read: the write may have been made');
  }
  return result;
}

/** The answer to a query that a reply holds. @throws {MalformedMessage}, and the error that it holds instead */
export function answerIn<Kind extends Exclude<QueryAnswer['kind'], 'failed'>>(
  body: Uint8Array,
  kind: Kind,
): AnswerOf<Kind> {
  const answer = decodeAnswer(body);
  if (answer.kind === 'failed') throw errorFromData(answer.error);
  if (!isOf(answer, kind)) throw new MalformedMessage({ what: `reply of ${kind}` });
  return answer;
}

const isOf = <Outcome extends { readonly kind: string }, Kind extends Outcome['kind']>(
  outcome: Outcome,
  kind: Kind,
): outcome is Extract<Outcome, { kind: Kind }> => outcome.kind === kind;

function readable<Value>(decode: () => Value): Value | null {
  try {
    return decode();
  } catch {
    return null;
  }
}
