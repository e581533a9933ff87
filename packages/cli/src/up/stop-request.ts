import { ancestryToNpm, isNpmScript, isUnbroken } from './npm-ancestry.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const npmCheckEveryMs = 250;

/**
 * That a long-lived command is to end: by a signal, or because the npm that runs it is gone. npm hands on what signals it can, but
 * nobody hands on SIGKILL.
 */
export class StopRequest {
  readonly #controller = new AbortController();
  readonly #npmCheck: NodeJS.Timeout | null;
  readonly #stop = (): void => this.#controller.abort();

  constructor() {
    for (const signal of signals) process.on(signal, this.#stop);
    this.#npmCheck = this.#watchNpm();
  }

  /** Aborted when the command is to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Resolves when the command is to end. */
  async requested(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise((resolve) => this.signal.addEventListener('abort', resolve, { once: true }));
  }

  /** Watches no more; signals do what they do by themselves again. */
  dispose(): void {
    for (const signal of signals) process.off(signal, this.#stop);
    if (this.#npmCheck !== null) clearInterval(this.#npmCheck);
  }

  #watchNpm(): NodeJS.Timeout | null {
    if (process.env.npm_lifecycle_event === undefined) return null;
    const ancestry = ancestryToNpm(process.ppid);
    if (ancestry === null) {
      // npm may be gone since before this code was loaded.
      if (isNpmScript(process.env)) this.#stop();
      return null;
    }
    return setInterval(() => {
      if (!isUnbroken(ancestry, process.ppid)) this.#stop();
    }, npmCheckEveryMs);
  }
}
