import { checkHistory } from './check-history.ts';
import { type ExplainedVerdict, explainVerdict } from './explained-verdict.ts';
import { MalformedLog } from './logs/malformed-log.ts';
import { parseRegisterLog } from './logs/register-log.ts';
import { parseTextMapLog } from './logs/text-map-log.ts';
import { registerModel } from './models/register.ts';
import { textMapModel } from './models/text-map.ts';
import type { SearchLimits } from './step-budget.ts';

/**
 * Checks a recorded log, whose format shows in its first line: that of one register, or of a map of texts. The times in
 * its explanation are numbers of lines.
 * @throws {MalformedLog} if it has another format, holds no operation, or has a line that cannot be
 */
export function checkLog(text: string, limits: SearchLimits = {}): ExplainedVerdict {
  if (text.trim() === '') throw new MalformedLog(1, 'this is empty');
  return text.trimStart().startsWith('{')
    ? explainVerdict(textMapModel, checkHistory(textMapModel, parseTextMapLog(text), limits))
    : explainVerdict(registerModel, checkHistory(registerModel, parseRegisterLog(text), limits));
}
