import { writeSync } from 'node:fs';
import { isDiskFull } from '@quorate/lmdb-storage';
import { Node } from './node.ts';
import type { NodeSettings } from './settings.ts';

/** `EX_IOERR` of sysexits.h: whoever starts processes again may wait until there is room. */
const diskFullExitCode = 74;

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** How a process that hosts a node is told of its life. */
export interface RunOptions {
  /** The node has begun: its folder is open, and it is on its way to NATS. */
  readonly onReady?: () => void;
}

/**
 * Runs one node in this process until a signal ends it, and resolves with the exit code. A node that cannot go on, because
 * a flush failed or an invariant broke, ends the process at once with code 1, or 74 if the disk is full; its log says why.
 * @throws {InvalidName | InvalidSetting | DataFolderError | CorruptRecord} if it could not begin
 */
export async function runNode(settings: NodeSettings, options: RunOptions = {}): Promise<number> {
  // Nothing may be acknowledged any more, by anyone in this process: it does not wait for a clean end.
  const onFatal = (error: unknown): never => {
    if (!isDiskFull(error, settings.dataDir)) process.exit(1);
    // LMDB has begun a line there.
    writeSync(2, `\nquorate: ${diskFullMessage(settings.dataDir)}\n`);
    process.exit(diskFullExitCode);
  };
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  for (const signal of stopSignals) process.on(signal, stop);
  try {
    const node = await Node.start(settings, onFatal);
    options.onReady?.();
    await stopped;
    await node.stop();
    return 0;
  } finally {
    for (const signal of stopSignals) process.off(signal, stop);
  }
}

const diskFullMessage = (folder: string): string =>
  `the disk of data folder ${folder} is full: make room and start the node again; nothing that was acknowledged is lost`;
