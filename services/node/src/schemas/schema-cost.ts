import { InvalidSchema } from '@quorate/config-store';

/** The most that a schema may cost: Ajv makes code of it, which takes a quarter of a second for so much, and in which no other request is answered. */
const maxCost = 2_000;

/** The most items whose being unique may be asked for: each is compared with each. */
const maxUniqueItems = 256;

/** Keywords whose values are schemas by names that mean nothing here. */
const maps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
  'dependentRequired',
]);
/** Keywords whose values are data. */
const data: ReadonlySet<string> = new Set(['enum', 'const']);
/** Keywords that say nothing of a value. */
const annotations: ReadonlySet<string> = new Set(['title', 'description', '$comment', 'examples', 'default', 'format']);
/** Keywords that lead somewhere else, or back. */
const refused: ReadonlySet<string> = new Set([
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$anchor',
]);

/**
 * How much looking at a value may cost, for each byte of it: about how many keywords and names there are in the schema, with all that it refers to in its place. A schema that refers to itself has
 * no such number (with `anyOf` it may take twice as long for each level of a value), and is refused.
 * @throws {InvalidSchema}
 */
export function schemaCost(schema: unknown): number {
  const cost = new CostOf(schema).cost();
  if (cost > maxCost)
    throw new InvalidSchema({
      reason: `it is too much: ${cost} keywords, with what it refers to in its place, and ${maxCost} are allowed`,
    });
  return cost;
}

class CostOf {
  readonly #root: unknown;
  /** By reference; null while it is being found out. */
  readonly #referred = new Map<string, number | null>();

  constructor(root: unknown) {
    this.#root = root;
  }

  cost(): number {
    this.#referred.set('#', null);
    return this.#schema(this.#root, true);
  }

  #schema(schema: unknown, isRoot = false): number {
    if (Array.isArray(schema)) return schema.reduce((sum: number, one: unknown) => sum + this.#schema(one), 1);
    if (typeof schema !== 'object' || schema === null) return 1;
    const fields = new Map<string, unknown>(Object.entries(schema));
    let cost = 1;
    for (const [keyword, value] of fields) {
      if (refused.has(keyword) || (keyword === '$id' && !isRoot)) {
        throw new InvalidSchema({ reason: `${keyword} is not taken` });
      }
      if (keyword === 'uniqueItems' && value === true) checkUnique(fields.get('maxItems'));
      cost += this.#keyword(keyword, value);
    }
    return cost;
  }

  #keyword(keyword: string, value: unknown): number {
    if (annotations.has(keyword)) return 0;
    if (data.has(keyword)) return sizeOf(value);
    if (keyword === '$ref') return this.#reference(value);
    if (keyword === 'pattern') return String(value).length;
    if (!maps.has(keyword) || typeof value !== 'object' || value === null) return this.#schema(value);
    return Object.entries(value).reduce((sum, [name, one]) => {
      return sum + (keyword === 'patternProperties' ? name.length : 1) + this.#schema(one);
    }, 1);
  }

  #reference(reference: unknown): number {
    if (typeof reference !== 'string' || !(reference === '#' || reference.startsWith('#/'))) {
      throw new InvalidSchema({
        reason: `it refers to ${JSON.stringify(reference)}, and may only refer to parts of itself: #/…`,
      });
    }
    const known = this.#referred.get(reference);
    if (known === null) throw new InvalidSchema({ reason: `${reference} refers to itself` });
    if (known !== undefined) return known;
    this.#referred.set(reference, null);
    const cost = this.#schema(partOf(this.#root, reference));
    this.#referred.set(reference, cost);
    return cost;
  }
}

function checkUnique(maxItems: unknown): void {
  if (typeof maxItems === 'number' && maxItems <= maxUniqueItems) return;
  throw new InvalidSchema({ reason: `uniqueItems takes maxItems beside it, of ${maxUniqueItems} or less` });
}

const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, one: unknown) => sum + sizeOf(one), 1)
    : 1;

/** What a JSON pointer leads to. @throws {InvalidSchema} if that is nothing */
function partOf(root: unknown, reference: string): unknown {
  let part = root;
  for (const token of reference.split('/').slice(1)) {
    const name = decoded(token, reference).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) {
      throw new InvalidSchema({ reason: `${reference} leads nowhere` });
    }
    part = new Map<string, unknown>(Object.entries(part)).get(name);
  }
  return part;
}

function decoded(token: string, reference: string): string {
  try {
    return decodeURIComponent(token);
  } catch {
    throw new InvalidSchema({ reason: `${reference} leads nowhere` });
  }
}
