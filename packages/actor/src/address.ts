declare const brand: unique symbol;

/** A `Value` that only its own constructor makes, so that a term cannot be passed for an index. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };

/** The name of a node, unique in its cluster for ever: a removed one is never used again. */
export type NodeId = Brand<string, 'NodeId'>;

/** The name of a consensus group. */
export type GroupId = Brand<string, 'GroupId'>;

/** The name under which the nodes of one cluster find each other. */
export type ClusterName = Brand<string, 'ClusterName'>;

/** A name that cannot be a token of a NATS subject was given. */
export class InvalidName extends Error {
  readonly code = 'InvalidName';
  constructor(what: string, text: string) {
    super(
      `${what} ${JSON.stringify(text)} is not valid: 1 to 64 letters, digits, "-" and "_", beginning with a letter or digit`,
    );
    this.name = 'InvalidName';
  }
}

/** Whether `text` can be a node's, group's or cluster's name. A leading `_` is kept for the project's own tokens. */
export const isName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text);

function checkedName<Name extends string>(what: string, text: string): Brand<string, Name> {
  if (!isName(text)) throw new InvalidName(what, text);
  return text as Brand<string, Name>;
}

/** @throws {InvalidName} */
export const nodeId = (text: string): NodeId => checkedName('node id', text);

/** @throws {InvalidName} */
export const groupId = (text: string): GroupId => checkedName('group', text);

/** @throws {InvalidName} */
export const clusterName = (text: string): ClusterName => checkedName('cluster name', text);

/**
 * Where an actor is reached. `Message` is what it accepts; it exists in the type alone.
 * `actor` is a name such as `logStore`, or `replicator/n2` for a child that serves one peer.
 */
export interface Address<in Message = never> {
  readonly node: NodeId;
  readonly group: GroupId;
  readonly actor: string;
  readonly accepts?: (message: Message) => void;
}
