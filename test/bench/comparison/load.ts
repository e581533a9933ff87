/** What a system is asked to bear: the same for all. */
export interface Load {
  readonly operation: 'put' | 'get';
  readonly callers: number;
  readonly connections: number;
  readonly keys: number;
  readonly valueBytes: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Null for as many as the callers can. */
  readonly ratePerSecond: number | null;
}

/** The load as one argument of a program of ours. */
export const loadArgument = (load: Load): string => JSON.stringify(load);

/** The load in such an argument. */
export function loadIn(argument: string): Load {
  const load: Load = JSON.parse(argument);
  return load;
}

/** Any of the keys, by chance. */
export const anyKey = ({ keys }: Pick<Load, 'keys'>): string => keyName(Math.floor(Math.random() * keys));

/** The name of a key. */
export const keyName = (number: number): string => `bench/${String(number).padStart(7, '0')}`;

/** The value of all keys. */
export const loadValue = ({ valueBytes }: Pick<Load, 'valueBytes'>): Buffer => Buffer.alloc(valueBytes, 'x');
