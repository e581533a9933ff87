import { parseArgs } from 'node:util';

/** What was asked makes no sense. The message is for people. */
export class InvalidOptions extends Error {
  readonly code = 'InvalidOptions';
  constructor(what: string) {
    super(what);
    this.name = 'InvalidOptions';
  }
}

/** The options of a measurement: each a whole number, or whole numbers with commas between. */
export class NumberOptions {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;

  /** Takes the options that are named in `defaults`, and no others. @throws {InvalidOptions} */
  constructor(args: readonly string[], defaults: Readonly<Record<string, string>>) {
    const options = Object.entries(defaults).map(
      ([name, value]) => [name, { type: 'string', default: value }] as const,
    );
    try {
      this.#values = parseArgs({ args: [...args], options: Object.fromEntries(options) }).values;
    } catch (error) {
      throw new InvalidOptions(error instanceof Error ? error.message : String(error));
    }
  }

  /** @throws {InvalidOptions} unless it is a whole number, 1 or more */
  number(name: string): number {
    const [value, ...others] = this.numbers(name);
    if (value === undefined || others.length > 0) throw new InvalidOptions(`--${name} is one whole number`);
    return value;
  }

  /** @throws {InvalidOptions} unless they are whole numbers, 1 or more */
  numbers(name: string): readonly number[] {
    const parts = String(this.#values[name]).split(',');
    if (parts.every((part) => /^[1-9]\d{0,8}$/.test(part))) return parts.map(Number);
    throw new InvalidOptions(`--${name} is made of whole numbers, from 1 on`);
  }
}
