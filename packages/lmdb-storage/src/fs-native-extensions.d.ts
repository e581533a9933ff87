// The package brings no types of its own.
declare module 'fs-native-extensions' {
  /** Takes an exclusive lock on a file that the kernel frees when its descriptor is closed, be it by SIGKILL. False if another descriptor has it. */
  export function tryLock(fd: number): boolean;
}
