import { isName } from '@quorate/actor';
import { InvalidArgumentError } from 'commander';

/** A parser for an option that takes an integer of a range. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`;
  return (text) => {
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be an integer ${range}.`);
  };
}

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestMs = 365 * unitsMs.d;

/** Takes a duration, and gives milliseconds: `1500`, `90s`, `10m`, `2h` or `1d`. */
export function duration(text: string): number {
  const [, digits = '', unit = 'ms'] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text) ?? [];
  const valueMs = digits === '' || !isUnit(unit) ? 0 : Number(digits) * unitsMs[unit];
  if (valueMs >= 1 && valueMs <= longestMs) return valueMs;
  throw new InvalidArgumentError(
    'It must be milliseconds, or a number with s, m, h or d: 90s, 10m; from 1 ms to 365d.',
  );
}

const isUnit = (text: string): text is keyof typeof unitsMs => Object.hasOwn(unitsMs, text);

const unitsBytes = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;

const isByteUnit = (text: string): text is keyof typeof unitsBytes => Object.hasOwn(unitsBytes, text);

/** Takes a number of bytes: `1500`, `64KiB`, `10MiB`, `2GiB` or `1TiB`. */
export function byteSize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,15})(KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const bytes = digits === '' || !isByteUnit(unit) ? Number.NaN : Number(digits) * unitsBytes[unit];
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('It must be bytes, or a number with KiB, MiB, GiB or TiB: 500000, 64MiB.');
}

/** Takes a part of one: `0.1`. */
export function partOfOne(text: string): number {
  const value = Number(text);
  if (/^0?(\.\d{1,9})?$/.test(text) && text !== '' && value < 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to below 1, such as 0.1.');
}

/** Takes a part of one, or all of it: `0.01`, `1`. */
export function ratio(text: string): number {
  const value = Number(text);
  if (/^(0?(\.\d{1,9})?|1)$/.test(text) && text !== '') return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1, such as 0.01.');
}

/** A parser for an option that takes a counter of 64 bits, from `min` on. */
export function counter(min: bigint): (text: string) => bigint {
  return (text) => {
    if (/^\d{1,16}$/.test(text) && BigInt(text) >= min && BigInt(text) <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return BigInt(text);
    }
    throw new InvalidArgumentError(`It must be an integer from ${min} to 2^53 - 1.`);
  };
}

/** Takes the name of a node, a cluster or a group: a token of a NATS subject. */
export function name(text: string): string {
  if (isName(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 64 letters, digits, "-" and "_", beginning with a letter or digit.');
}

/** Takes names with commas between them, each once. */
export function names(text: string): readonly string[] {
  const list = text.split(',').map((part) => name(part.trim()));
  const twice = list.find((part, at) => list.indexOf(part) !== at);
  if (twice !== undefined) throw new InvalidArgumentError(`It names ${twice} twice.`);
  return list;
}
