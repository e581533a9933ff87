import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addBenchFailover } from './failover.ts';
import { addBenchGet } from './get.ts';
import { addBenchMixed } from './mixed.ts';
import { addBenchPut } from './put.ts';
import { addBenchResponder } from './responder.ts';

/** `quorate bench`: how fast a cluster is. */
export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .summary('measure how fast a cluster is')
    .description(
      'Measures a cluster that runs, under a load that it makes: with keys of its own, which it leaves there. What the loss of a leader costs it measures on a cluster that it starts.',
    );
  for (const add of [addBenchPut, addBenchGet, addBenchMixed, addBenchFailover, addBenchResponder, addHelp])
    add(command);
  addExamples(command, [
    ['quorate bench put', 'writes a second, and how long each takes'],
    ['quorate bench get --callers 1 --connections 1', 'one read after the other, beside what NATS alone takes'],
    ['quorate bench mixed --rate 5000', 'reads and writes at a rate'],
    ['quorate bench failover', 'how long no write is acknowledged when a leader is killed'],
  ]);
}
