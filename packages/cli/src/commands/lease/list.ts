import { type Lease, leaseToJson } from '@quorate/client';
import { timestampText } from '@quorate/wire';
import type { Command } from 'commander';
import { jsonOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { escaped } from '../../output/preview.ts';
import { Table } from '../../output/table.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate lease list`, which `quorate lease` alone is as well. */
export function addList(lease: Command): void {
  const command = lease
    .command('list', { isDefault: true })
    .summary('show all leases')
    .description(
      'Shows each lease: its time to live, how many keys go with it, when it was last kept alive, and its owner.',
    )
    .addOption(jsonOption());
  addStoreOptions(command).action(() => list(command));
  addExamples(command, [
    ['quorate lease list', 'a table'],
    ["quorate lease list --json | jq -r '.[].lease'", 'their ids'],
  ]);
}

async function list(command: Command): Promise<void> {
  const { json } = command.opts<{ readonly json?: boolean }>();
  await withStore(command, async (store) => {
    const leases: Lease[] = [];
    for await (const one of store.leases.list({ pageLimit: 1000 })) leases.push(one);
    if (json === true) return writeLine(JSON.stringify(leases.map(leaseToJson)));
    const table = new Table([
      { title: 'LEASE', align: 'right' },
      { title: 'TTL', align: 'right' },
      { title: 'KEYS', align: 'right' },
      { title: 'KEPT ALIVE' },
      { title: 'OWNER' },
    ]);
    const lines = table.lines(leases.map(rowOf));
    for (const line of [table.head(), ...lines]) await writeLine(line);
  });
}

const rowOf = ({ lease, ttlMs, keyCount, keptAtUs, owner }: Lease): readonly string[] => [
  String(lease),
  `${ttlMs / 1000}s`,
  String(keyCount),
  timestampText(Number(keptAtUs)),
  owner === null ? '-' : escaped(owner),
];
