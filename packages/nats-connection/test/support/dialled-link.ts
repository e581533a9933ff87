import { onTestFinished } from 'vitest';
import { RediallingConnection, type RedialOptions } from '../../src/redialling-connection.ts';

/** A connection whose life can be awaited. */
export interface DialledLink {
  readonly link: RediallingConnection;
  /** The next thing that happened. */
  next(): Promise<string>;
  /** What happened and was not asked for yet. */
  readonly happened: readonly string[];
  /** Why connections were lost and dials failed. */
  readonly reasons: readonly (string | null)[];
}

/** Begins to dial; the connection is closed when the test ends. */
export function dial(url: string, options: Partial<RedialOptions> = {}): DialledLink {
  const happened: string[] = [];
  const reasons: (string | null)[] = [];
  let wake: () => void = () => {};
  const tell = (what: string): void => {
    happened.push(what);
    wake();
  };
  const link = new RediallingConnection(
    { ...options, nats: { ...options.nats, servers: url } },
    {
      connected: (connection, epoch) => {
        const stands = link.connection === connection && link.epoch === epoch;
        tell(stands ? `connected ${epoch}` : `told of ${epoch} before it stood`);
      },
      disconnected: (error, epoch) => {
        reasons.push(error?.message ?? null);
        tell(epoch === null ? 'no dial' : `lost ${epoch}`);
      },
    },
  );
  onTestFinished(() => link.close());
  link.start();
  const next = async (): Promise<string> => {
    while (happened.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return happened.shift() ?? '';
  };
  return { link, next, happened, reasons };
}
