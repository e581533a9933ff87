import { parseArgs } from 'node:util';

/** What was asked makes no sense. The message is for people. */
export class InvalidOptions extends Error {
  readonly code = 'InvalidOptions';
  constructor(what: string) {
    super(what);
    this.name = 'InvalidOptions';
  }
}

/** The options of a measurement. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  /** Takes the options that are named in `defaults`, and the switches, and no others. @throws {InvalidOptions} */
  constructor(args: readonly string[], defaults: Readonly<Record<string, string>>, switches: readonly string[] = []) {
    const options = Object.entries(defaults).map(
      ([name, value]) => [name, { type: 'string', default: value }] as const,
    );
    const flags = switches.map((name) => [name, { type: 'boolean', default: false }] as const);
    try {
      this.#values = parseArgs({ args: [...args], options: Object.fromEntries([...options, ...flags]) }).values;
    } catch (error) {
      throw new InvalidOptions(error instanceof Error ? error.message : String(error));
    }
  }

  /** Whether a switch is on. */
  isOn(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Words with commas between. @throws {InvalidOptions} unless all are among the allowed ones */
  words(name: string, allowed: readonly string[]): readonly string[] {
    const words = String(this.#values[name]).split(',');
    if (words.every((word) => allowed.includes(word))) return words;
    throw new InvalidOptions(`--${name} takes, with commas between: ${allowed.join(', ')}`);
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
