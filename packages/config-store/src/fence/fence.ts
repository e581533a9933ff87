/** A write is done only if a lock is still the one that its holder took. */
export interface Fence {
  /** The key of the lock. */
  readonly lock: string;
  /** The revision at which that key was made when the lock was taken. */
  readonly token: number;
}
