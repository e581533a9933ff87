import { type Command, Option } from 'commander';
import { connect } from 'nats';
import { connectionOptions } from '../../options/connection-options.ts';
import { addNatsOptions, natsSettings } from '../../options/nats-options.ts';
import { integer } from '../../options/option-values.ts';
import { endWithParent, tellParent } from '../../parent-process.ts';

interface ResponderFlags {
  readonly subject: string;
  readonly replyBytes: number;
}

/** `quorate bench responder`: the process that answers the bare requests of `quorate bench get`. Nobody else calls it. */
export function addBenchResponder(bench: Command): void {
  const command = bench
    .command('responder', { hidden: true })
    .description('Answers every request on a subject with so many bytes, until it is told to end.')
    .addOption(new Option('--subject <subject>', 'where it listens').makeOptionMandatory())
    .addOption(new Option('--reply-bytes <number>', 'how much it answers').makeOptionMandatory().argParser(integer(0)));
  addNatsOptions(command, 'NATS servers, with commas between');
  command.action(() => respond(command));
}

async function respond(command: Command): Promise<void> {
  const { subject, replyBytes } = command.opts<ResponderFlags>();
  const connection = await connect({ ...connectionOptions(natsSettings(command)), name: 'quorate bench responder' });
  const reply = new Uint8Array(replyBytes);
  connection.subscribe(subject, {
    // If NATS does not let it listen, whoever asks is told that nobody does.
    callback: (error, message) => {
      if (error === null) message.respond(reply);
    },
  });
  await connection.flush();
  const leaveParent = endWithParent();
  const told = new Promise<void>((resolve) => process.once('SIGTERM', resolve));
  tellParent({ kind: 'ready' });
  await Promise.race([told, connection.closed()]);
  leaveParent();
  await connection.close();
}
