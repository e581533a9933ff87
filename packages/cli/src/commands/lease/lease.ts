import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addGrant } from './grant.ts';
import { addKeepAlive } from './keep-alive.ts';
import { addList } from './list.ts';
import { addRevoke } from './revoke.ts';

/** `quorate lease`: leases, with which keys go. */
export function addLease(program: Command): void {
  const command = program
    .command('lease')
    .summary('grant, keep alive, revoke or list leases')
    .description(
      'A lease ends when it is revoked, or was not kept alive for its time, and takes with it the keys that were put with it. That time passes only while there is a leader, and a new leader gives every lease its full time again.',
    );
  for (const add of [addList, addGrant, addKeepAlive, addRevoke, addHelp]) add(command);
  addExamples(command, [
    ['quorate lease grant 60s', 'prints its id'],
    ['quorate put /hosts/web1 10.0.0.7 --lease 17', 'a key that goes with it'],
    ['quorate lease keep-alive 17', 'until it is interrupted'],
    ['quorate lease revoke 17', 'the key is gone'],
    ['quorate lease', 'all that there are'],
  ]);
}
