import { fork } from 'node:child_process';
import { once } from 'node:events';
import { CommandFailure } from '../command-error.ts';
import { type NatsSettings, natsEnvironment } from '../options/nats-settings.ts';
import { launcher } from '../own-package.ts';

/** What a responder answers. */
export interface ResponderOptions {
  readonly nats: NatsSettings;
  readonly subject: string;
  readonly replyBytes: number;
}

/**
 * Starts a process that answers every request on a subject with so many bytes, as a node does that has nothing to do. It ends with this
 * process. The answer ends it.
 * @throws {CommandFailure} if it could not begin
 */
export async function startResponder({ nats, subject, replyBytes }: ResponderOptions): Promise<() => Promise<void>> {
  const args = ['bench', 'responder', '--subject', subject, '--reply-bytes', String(replyBytes)];
  const child = fork(launcher, args, {
    env: { ...process.env, ...natsEnvironment(nats) },
    execArgv: [],
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
  const closed = once(child, 'close');
  const begun = once(child, 'message').then(() => true);
  if (!(await Promise.race([begun, closed.then(() => false)]))) {
    throw new CommandFailure('the process that answers bare requests did not start');
  }
  return async () => {
    child.kill('SIGTERM');
    await closed;
  };
}
