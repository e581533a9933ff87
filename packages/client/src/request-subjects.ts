import { apiSubject, type Endpoint, nodeApiSubject } from '@quorate/wire';

/** So many are remembered: a group has few nodes, and those that a caller names have to be ones. */
const mostRemembered = 1_000;

/** Where the requests of a group go. What was asked for before is remembered: to make a subject is to check all names in it. */
export class RequestSubjects {
  readonly #cluster: string;
  readonly #group: string;
  readonly #ofAny = new Map<Endpoint, string>();
  readonly #ofNodes = new Map<string, Map<Endpoint, string>>();

  constructor({ cluster, group }: { readonly cluster: string; readonly group: string }) {
    this.#cluster = cluster;
    this.#group = group;
  }

  /** That of a node, or with null that of whichever takes it. @throws {InvalidName} */
  of(node: string | null, endpoint: Endpoint): string {
    const known = node === null ? this.#ofAny : this.#ofNode(node);
    const found = known.get(endpoint);
    if (found !== undefined) return found;
    const [cluster, group] = [this.#cluster, this.#group];
    const subject =
      node === null ? apiSubject(cluster, group, endpoint) : nodeApiSubject(cluster, group, node, endpoint);
    known.set(endpoint, subject);
    return subject;
  }

  #ofNode(node: string): Map<Endpoint, string> {
    const found = this.#ofNodes.get(node);
    if (found !== undefined) return found;
    if (this.#ofNodes.size >= mostRemembered) this.#ofNodes.clear();
    const fresh = new Map<Endpoint, string>();
    this.#ofNodes.set(node, fresh);
    return fresh;
  }
}
