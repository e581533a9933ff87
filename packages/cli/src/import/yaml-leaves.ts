import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLParseError,
  type YAMLSeq,
} from 'yaml';
import type { ImportError } from './import-error.ts';
import { checkName, checkText, type Leaf, maxDepth } from './leaf.ts';
import type { SourceText } from './source-text.ts';

/** How many nodes the aliases of a file may add to those that are written out, against files that grow without end. */
const maxAliasedNodes = 100_000;

/**
 * The leaves of a YAML file, in order. A plain scalar keeps the text that stands in the file (`1.10`, `0755`, `yes`), a
 * quoted or block scalar gives its value, null an empty text, an empty map or sequence no leaf; tags are passed over.
 * Aliases stand for what they name, and `<<` merges as compose files want it: one level deep, own names before merged
 * ones, earlier maps before later ones. Where a file holds more than one document, the number of the document comes first;
 * documents with nothing in them do not count.
 * @throws {ImportError}
 */
export function yamlLeaves(source: SourceText): readonly Leaf[] {
  const parsed = parseAllDocuments(source.text, { uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const documents = 'empty' in parsed ? [] : parsed;
  const errors = documents.flatMap((document) => document.errors);
  const first = errors.toSorted((left, right) => left.pos[0] - right.pos[0])[0];
  if (first !== undefined) throw source.errorAt(first.pos[0], reasonOf(first));

  const roots = documents.flatMap(({ contents }) => (contents === null || isBlank(contents) ? [] : [contents]));
  const reader = new YamlReader(source);
  for (const [index, root] of roots.entries()) reader.read(root, roots.length > 1 ? [String(index)] : []);
  return reader.leaves;
}

/** The parser says of what is nested too deep for its stack what the engine says. */
const reasonOf = ({ code, message }: YAMLParseError): string => (code === 'RESOURCE_EXHAUSTION' ? tooDeep : message);

const tooDeep = `this is nested deeper than ${maxDepth} levels`;

const isBlank = (node: Node): boolean => isScalar(node) && node.source === '' && node.type === 'PLAIN' && !node.tag;

const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.source === '<<' && key.type === 'PLAIN' && key.tag === undefined;

interface NamedNode {
  readonly key: unknown;
  readonly value: unknown;
}

class YamlReader {
  readonly leaves: Leaf[] = [];
  readonly #source: SourceText;
  readonly #targets = new Map<unknown, Node>();
  /** The aliases that are being followed, outermost first, by what they name. */
  readonly #following = new Map<Node, unknown>();
  #nodesLeft = maxAliasedNodes;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Takes the leaves of one document. */
  read(root: Node, path: readonly string[]): void {
    this.#findTargets(root);
    this.#node(root, root, path);
  }

  /** An alias names the last node before it that has its anchor. */
  #findTargets(root: Node): void {
    const anchors = new Map<string, Node>();
    visit(root, {
      Alias: (_key, alias) => {
        const target = anchors.get(alias.source);
        if (target === undefined) throw this.#errorAt(alias, `there is no anchor &${alias.source} before this alias`);
        this.#targets.set(alias, target);
      },
      Value: (_key, node) => {
        this.#nodesLeft += 1;
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
    });
  }

  /** Takes the leaves of a node that stands `at` a node, which differs where there is no value, as in `{ name }`. */
  #node(node: unknown, at: unknown, path: readonly string[]): void {
    this.#follow(node, (target) => {
      this.#count(at);
      if (isMap(target) || isSeq(target)) {
        if (path.length === maxDepth) throw this.#errorAt(at, tooDeep);
        for (const [name, { key, value }] of this.#children(target)) this.#node(value, value ?? key, [...path, name]);
      } else if (isScalar(target) || target === null) {
        this.#scalar(target, at, path);
      } else {
        throw this.#errorAt(at, 'a leaf cannot be made of this');
      }
    });
  }

  #scalar(scalar: Scalar | null, at: unknown, path: readonly string[]): void {
    const text = scalar === null || scalar.value === null ? '' : textOf(scalar);
    const offset = offsetOf(scalar ?? at);
    checkText(this.#source, offset, text);
    this.leaves.push({ path, text, offset });
  }

  #children(collection: YAMLMap | YAMLSeq): Iterable<readonly [string, NamedNode]> {
    if (isMap(collection)) return this.#entries(collection);
    return collection.items.map((item, index) => [String(index), { key: collection, value: item }]);
  }

  #entries(map: YAMLMap): Map<string, NamedNode> {
    const entries = new Map<string, NamedNode>();
    const merged: Map<string, NamedNode>[] = [];
    const names = new Set<string>();
    for (const { key, value } of map.items) {
      const name = this.#nameOf(key);
      if (names.has(name)) throw this.#errorAt(key, `the name ${JSON.stringify(name)} stands here twice`);
      names.add(name);
      if (isMergeKey(key)) merged.push(...this.#mergedEntries(value, key));
      else entries.set(name, { key, value });
    }
    for (const [name, entry] of merged.flatMap((earlier) => [...earlier])) {
      this.#count(map);
      if (!entries.has(name)) entries.set(name, entry);
    }
    return entries;
  }

  /** What `<<` brings in: the entries of one map, or of each map of a sequence. */
  #mergedEntries(value: unknown, key: unknown): readonly Map<string, NamedNode>[] {
    return this.#follow(value, (target) => {
      this.#count(key);
      if (isMap(target)) return [this.#entries(target)];
      if (isSeq(target) && !isSeq(key)) return target.items.flatMap((item) => this.#mergedEntries(item, target));
      throw this.#errorAt(value ?? key, '<< can merge a map, or a sequence of maps, and nothing else');
    });
  }

  #nameOf(key: unknown): string {
    return this.#follow(key, (target) => {
      if (!isScalar(target)) throw this.#errorAt(key, 'a name must be a scalar');
      const name = textOf(target);
      checkName(this.#source, offsetOf(key), name);
      return name;
    });
  }

  #follow<Result>(node: unknown, take: (target: unknown) => Result): Result {
    const target = this.#targets.get(node);
    if (target === undefined) return take(node);
    if (this.#following.has(target)) throw this.#errorAt(node, 'this alias names a node that it is a part of');
    this.#following.set(target, node);
    const result = take(target);
    this.#following.delete(target);
    return result;
  }

  #count(at: unknown): void {
    this.#nodesLeft -= 1;
    if (this.#nodesLeft >= 0) return;
    const [outermostAlias = at] = this.#following.values();
    throw this.#errorAt(outermostAlias, `the aliases of this file stand for more than ${maxAliasedNodes} nodes`);
  }

  #errorAt(node: unknown, what: string): ImportError {
    return this.#source.errorAt(offsetOf(node), what);
  }
}

const textOf = (scalar: Scalar): string => scalar.source ?? String(scalar.value);

const offsetOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
