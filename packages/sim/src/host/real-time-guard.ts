/** Something asked for real time or real chance while virtual time ran: the same seed would not give the same run. */
export class RealTimeUsed extends Error {
  readonly code = 'RealTimeUsed';
  constructor(what: string) {
    super(`${what} was used in a simulation`);
    this.name = 'RealTimeUsed';
  }
}

const globalNames = ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'] as const;

/**
 * Errors are plain answers in the store: to walk the stack for each takes longer than all else that is done with it. What a
 * failing run says is in its messages and its trace.
 */
function withoutStacks(): () => void {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
}

/** Runs `step` while every road to real time and real chance throws. Not for steps that return promises. @throws {RealTimeUsed} */
export function withoutRealTime<Result>(step: () => Result): Result {
  const undo = [
    ...globalNames.map((name) => forbid(globalThis, name)),
    forbid(Math, 'random'),
    forbid(performance, 'now'),
    withoutStacks(),
  ];
  try {
    return step();
  } finally {
    for (const restore of undo) restore();
  }
}

function forbid(owner: object, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  const thrower = function forbidden(): never {
    throw new RealTimeUsed(name);
  };
  Object.assign(thrower, { now: thrower });
  Object.defineProperty(owner, name, { value: thrower, configurable: true, writable: true });
  return () => {
    Reflect.deleteProperty(owner, name);
    if (own !== undefined) Object.defineProperty(owner, name, own);
  };
}
