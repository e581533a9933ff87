import type { NodeId } from '@quorate/actor';
import { type Configuration, membersOf } from '@quorate/raft';

/** Whether `node` was a member, and is none any more: for ever. While it has a vote among the outgoing voters it still is one. */
export const isRemovedFrom = (configuration: Configuration, node: NodeId): boolean =>
  configuration.removed.includes(node) && !membersOf(configuration).some(({ id }) => id === node);

/** What committed members are made from. */
export interface CommittedMembersOptions {
  readonly now: () => number;
  /** For so long after its removal a node is still heard: it has to learn of that, and a leader to hand its office over. */
  readonly farewellMs: number;
}

/** The members by the newest configuration that this node knows to be committed. */
export class CommittedMembers {
  readonly #options: CommittedMembersOptions;
  readonly #silentFromMs = new Map<NodeId, number>();
  #configuration: Configuration | null = null;

  constructor(options: CommittedMembersOptions) {
    this.#options = options;
  }

  /** Null until the log is open. */
  get configuration(): Configuration | null {
    return this.#configuration;
  }

  /** A configuration is committed. Whoever was removed before this process began need not be heard any more. */
  committed(configuration: Configuration): void {
    const farewellMs = this.#configuration === null ? 0 : this.#options.farewellMs;
    const silentFromMs = this.#options.now() + farewellMs;
    this.#configuration = configuration;
    for (const node of configuration.removed) {
      if (isRemovedFrom(configuration, node) && !this.#silentFromMs.has(node))
        this.#silentFromMs.set(node, silentFromMs);
    }
  }

  /** Whether nothing of that node is to be heard any more. */
  isSilenced(node: NodeId): boolean {
    return this.#options.now() >= (this.#silentFromMs.get(node) ?? Number.POSITIVE_INFINITY);
  }
}
