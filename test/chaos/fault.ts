import type { MessageRates } from '@quorate/sim';

/** A node by its place in the cluster; `leader` is whichever node leads when the fault begins. */
export type Victim = number | 'leader' | 'all';

/** On which side of a partition a client of the faulty kind stands; `free` reaches both. */
export type ClientSide = 'inside' | 'outside' | 'free';

/** One thing that goes wrong in a round. Times count from the round's begin. */
export type Fault = { readonly atMs: number; readonly durationMs: number } & (
  | {
      /** Messages are lost, doubled and late, at these rates. A client's are never doubled: NATS does not. */
      readonly kind: 'storm';
      readonly between: MessageRates;
      /** What a node tells itself, where that goes over NATS. */
      readonly within: MessageRates;
      readonly clients: Omit<MessageRates, 'doubled'>;
      readonly maxLateMs: number;
      /** Messages on one road between nodes overtake each other. */
      readonly reordered: boolean;
    }
  | {
      readonly kind: 'partition';
      readonly shape: 'symmetric' | 'oneWayOut' | 'oneWayIn' | 'pair';
      readonly victim: Exclude<Victim, 'all'>;
      /** How many nodes stand with the victim. */
      readonly company: number;
      /** One for each client of the faulty kind. */
      readonly clients: readonly ClientSide[];
    }
  /** SIGSTOP, and SIGCONT at the end. */
  | { readonly kind: 'pause'; readonly victim: Victim }
  /** SIGKILL, and a new process in the same folder at the end. */
  | { readonly kind: 'kill'; readonly victim: Victim }
  /** SIGTERM, and a new process in the same folder at the end. */
  | { readonly kind: 'restart'; readonly victim: Victim }
  /** NATS is gone, and comes back on the same port, knowing nothing. */
  | { readonly kind: 'busRestart' }
);

/** The kinds of faults. */
export type FaultKind = Fault['kind'];
