import { RE2JS } from 're2js';

/** What Ajv wants of a regular expression. */
interface Pattern {
  test(text: string): boolean;
  /** Ajv takes two for one and the same if this is the same. */
  toString(): string;
}

/**
 * Makes the regular expressions of schemas, for Ajv. They run in time that grows with the text and no faster (RE2), where JavaScript's own may take for ever: `^(a+)+$` with forty letters stalls
 * a process. What RE2 has no linear way for, such as looking ahead and references back, is refused.
 * @throws {Error} if it is none, or one of those
 */
export function linearPattern(pattern: string): Pattern {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}

/** Ajv asks for it: what stands in code that it would write to a file. It writes none. */
linearPattern.code = 'linearPattern';
