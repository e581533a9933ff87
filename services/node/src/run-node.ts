import { writeSync } from 'node:fs';
import { isDiskFull } from '@quorate/lmdb-storage';
import { CorruptRecord, type Logger } from '@quorate/raft';
import { createLoggers, startTelemetry, type Telemetry } from '@quorate/telemetry';
import { Node } from './node.ts';
import { HttpListener } from './observation/http-listener.ts';
import { ObservedNode } from './observation/observed-node.ts';
import { PayloadLimitTooLow } from './payload-limit.ts';
import { checkTimes, identityOf, type NodeSettings } from './settings.ts';
import { quorateVersion } from './version.ts';

/** `EX_IOERR` of sysexits.h: whoever starts processes again may wait until there is room. */
const diskFullExitCode = 74;

/** `EX_SOFTWARE` of sysexits.h: the state of the node had parted from those of the others when it was ended. */
const partedExitCode = 70;

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** So often a node may find damage and start again, each time within so long after the last. */
const maxRepairs = 5;
const repairEveryMs = 60_000;

/** A node that found damage has so long to close what it has. LMDB may hang over a damaged page. */
const closeWithinMs = 10_000;

/** How a process that hosts a node is told of its life. */
export interface RunOptions {
  /** The node has begun: its folder is open, and it is on its way to NATS. Told once. */
  readonly onReady?: () => void;
  /** The node found damage on its disk as it began. Told of each finding, with what became of it, for people. */
  readonly onDamage?: (finding: string) => void;
}

/**
 * Runs one node in this process until a signal ends it, and resolves with the exit code. A node that finds damage on its disk acknowledges
 * nothing more and starts again, which repairs it. One that cannot go on, because a flush failed, an invariant broke, or damage
 * was found too often, ends the process at once with code 1, or 74 if the disk is full; its log says why. One whose state has parted from those of the others stays until
 * it is ended, serves nobody, and ends with code 70.
 * @throws {InvalidName | InvalidSetting | DataFolderError | PayloadLimitTooLow} if it could not begin
 */
export async function runNode(settings: NodeSettings, options: RunOptions = {}): Promise<number> {
  let stop: () => void = () => {};
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = () => resolve('stopped');
  });
  for (const signal of stopSignals) process.on(signal, stop);
  let telemetry: Telemetry | null = null;
  let listener: HttpListener | null = null;
  try {
    checkTimes(settings);
    telemetry = await startTelemetry({
      identity: identityOf(settings),
      version: quorateVersion,
      environment: process.env,
      metricsAsText: settings.httpPort !== null,
      rememberedWrites: settings.rememberedWrites,
      slowWriteMs: settings.slowWriteMs,
      tracedHeartbeats: settings.tracedHeartbeats,
      logger: earlyLogger(settings, 'telemetry'),
    });
    const observed = new ObservedNode();
    telemetry.metrics?.add((readings) => observed.read(readings));
    listener = await startListener(settings, telemetry, observed);
    const { onDamage = () => {} } = options;
    let { onReady } = options;
    for (let repairs = 0; repairs <= maxRepairs; repairs += 1) {
      const beganAtMs = performance.now();
      const end = await runOnce({ settings, telemetry, observed, stopped, onDamage, onReady });
      if (end === 'stopped') return 0;
      if (end === 'parted') return partedExitCode;
      // Damage that was mended is no reason to give up.
      if (end === 'mended' || performance.now() - beganAtMs > repairEveryMs) repairs = 0;
      onReady = undefined;
    }
    return 1;
  } finally {
    for (const signal of stopSignals) process.off(signal, stop);
    await listener?.stop();
    await telemetry?.stop();
  }
}

/** From before the node begins until after it has ended: whoever supervises it sees it start. Null unless a port is set. @throws {InvalidSetting} */
async function startListener(
  settings: NodeSettings,
  { metrics }: Telemetry,
  observed: ObservedNode,
): Promise<HttpListener | null> {
  const { httpHost: host, httpPort: port } = settings;
  if (port === null) return null;
  const listener = await HttpListener.start({
    host,
    port,
    observe: () => observed.observe(),
    metricsText: async () => (await metrics?.text()) ?? '',
  });
  earlyLogger(settings, 'http').info('listens for HTTP', { url: listener.url });
  return listener;
}

/** No log is open yet, so no term is known. */
const earlyLogger = (settings: NodeSettings, actor: string): Logger =>
  createLoggers(identityOf(settings), { level: settings.logLevel, currentTerm: () => 0 })(actor);

interface Run {
  readonly settings: NodeSettings;
  readonly telemetry: Telemetry;
  readonly observed: ObservedNode;
  readonly stopped: Promise<'stopped'>;
  readonly onDamage: (finding: string) => void;
  readonly onReady: (() => void) | undefined;
}

async function runOnce(run: Run): Promise<'stopped' | 'parted' | 'damaged' | 'mended'> {
  const { settings, telemetry, observed, stopped, onDamage, onReady } = run;
  let ended: (end: 'damaged' | 'mended') => void = () => {};
  const found = new Promise<'damaged' | 'mended'>((resolve) => {
    ended = resolve;
  });
  let refused: (error: PayloadLimitTooLow) => void = () => {};
  const refusal = new Promise<PayloadLimitTooLow>((resolve) => {
    refused = resolve;
  });
  const onFatal = (error: unknown): void => {
    if (error instanceof PayloadLimitTooLow) return refused(error);
    // Nothing may be acknowledged any more, by anyone in this process: it does not wait for a clean end.
    if (!(error instanceof CorruptRecord)) exit(error, settings.dataDir);
    ended('damaged');
  };
  let isParted = false;
  const onParted = (): void => {
    isParted = true;
  };
  const node = await Node.start(settings, { telemetry, onDamage, onFatal, onParted, onMended: () => ended('mended') });
  observed.show(node);
  onReady?.();
  const end = await Promise.race([stopped, found, refusal]);
  if (end === 'stopped') await node.stop();
  else await closed(node);
  observed.show(null);
  if (end instanceof PayloadLimitTooLow) throw end;
  return isParted && end === 'stopped' ? 'parted' : end;
}

function exit(error: unknown, dataDir: string): never {
  if (!isDiskFull(error, dataDir)) process.exit(1);
  // LMDB has begun a line there.
  writeSync(2, `\nquorate: ${diskFullMessage(dataDir)}\n`);
  process.exit(diskFullExitCode);
}

async function closed(node: Node): Promise<void> {
  const timer = setTimeout(() => process.exit(1), closeWithinMs);
  try {
    await node.stop();
  } catch {
    // Nothing that is damaged need be closed in order, but the folder's lock is free only if all of it is.
    process.exit(1);
  } finally {
    clearTimeout(timer);
  }
}

const diskFullMessage = (folder: string): string =>
  `the disk of data folder ${folder} is full: make room and start the node again; nothing that was acknowledged is lost`;
