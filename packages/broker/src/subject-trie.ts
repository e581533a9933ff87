/** What a trie keeps: something that listens to a subject, which may hold wildcards, alone or as a member of a queue group. */
export interface Listener {
  readonly subject: string;
  readonly queue: string | undefined;
}

/** Who listens to a subject. The arrays never change once they are handed out. */
export interface Listeners<Entry> {
  /** Each of these gets every message. */
  readonly everyone: readonly Entry[];
  /** Of each of these groups one member gets a message. */
  readonly groups: readonly (readonly Entry[])[];
}

interface TrieNode<Entry> {
  readonly children: Map<string, TrieNode<Entry>>;
  readonly listeners: Set<Entry>;
}

/** Listeners by the tokens of their subjects; `*` and `>` are children like any other token. */
export class SubjectTrie<Entry extends Listener> {
  readonly #root: TrieNode<Entry> = newNode();

  /** Adds a listener whose subject is valid. */
  add(listener: Entry): void {
    let node = this.#root;
    for (const token of listener.subject.split('.')) {
      let child = node.children.get(token);
      if (child === undefined) {
        child = newNode();
        node.children.set(token, child);
      }
      node = child;
    }
    node.listeners.add(listener);
  }

  /** Removes a listener, and the branch that it leaves empty. */
  remove(listener: Entry): void {
    removeBelow(this.#root, listener, listener.subject.split('.'), 0);
  }

  /** Finds who listens to a subject that is published to, whose tokens all count as literal. */
  match(subject: string): Listeners<Entry> {
    const tokens = subject.split('.');
    const everyone: Entry[] = [];
    const groups = new Map<string, Entry[]>();
    if (!tokens.includes('')) collect(this.#root, tokens, 0, everyone, groups);
    return { everyone, groups: [...groups.values()] };
  }
}

function newNode<Entry>(): TrieNode<Entry> {
  return { children: new Map(), listeners: new Set() };
}

function removeBelow<Entry>(node: TrieNode<Entry>, listener: Entry, tokens: readonly string[], depth: number): void {
  const token = tokens[depth];
  if (token === undefined) {
    node.listeners.delete(listener);
    return;
  }
  const child = node.children.get(token);
  if (child === undefined) return;
  removeBelow(child, listener, tokens, depth + 1);
  if (child.children.size === 0 && child.listeners.size === 0) node.children.delete(token);
}

function collect<Entry extends Listener>(
  node: TrieNode<Entry>,
  tokens: readonly string[],
  depth: number,
  everyone: Entry[],
  groups: Map<string, Entry[]>,
): void {
  const token = tokens[depth];
  if (token === undefined) {
    take(node, everyone, groups);
    return;
  }
  const rest = node.children.get('>');
  if (rest !== undefined) take(rest, everyone, groups);
  const any = node.children.get('*');
  if (any !== undefined) collect(any, tokens, depth + 1, everyone, groups);
  // A published `*` or `>` is an ordinary token, and nobody can subscribe to that token alone.
  const same = token === '*' || token === '>' ? undefined : node.children.get(token);
  if (same !== undefined) collect(same, tokens, depth + 1, everyone, groups);
}

function take<Entry extends Listener>(node: TrieNode<Entry>, everyone: Entry[], groups: Map<string, Entry[]>): void {
  for (const listener of node.listeners) {
    if (listener.queue === undefined) {
      everyone.push(listener);
      continue;
    }
    // Members of a group may have come by different wildcards: still one of them gets the message.
    const members = groups.get(listener.queue);
    if (members === undefined) groups.set(listener.queue, [listener]);
    else members.push(listener);
  }
}
