import type { Quota } from '@quorate/client';
import type { Command } from 'commander';
import { jsonOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { escaped } from '../../output/preview.ts';
import { Table } from '../../output/table.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate quota list`, which `quorate quota` alone is as well. */
export function addList(quota: Command): void {
  const command = quota
    .command('list', { isDefault: true })
    .summary('show all quotas')
    .description('Shows each quota, and how much of it is used.')
    .addOption(jsonOption());
  addStoreOptions(command).action(() => list(command));
  addExamples(command, [
    ['quorate quota list', 'a table'],
    ["quorate quota list --json | jq -r '.[] | select(.keys == .maxKeys).prefix'", 'those that are full'],
  ]);
}

async function list(command: Command): Promise<void> {
  const { json } = command.opts<{ readonly json?: boolean }>();
  await withStore(command, async (store) => {
    const quotas = await store.quotas.list();
    if (json === true) return writeLine(JSON.stringify(quotas));
    const table = new Table([
      { title: 'PREFIX' },
      { title: 'KEYS', align: 'right' },
      { title: 'OF', align: 'right' },
      { title: 'BYTES', align: 'right' },
      { title: 'OF', align: 'right' },
      { title: '' },
    ]);
    const lines = table.lines(quotas.map(rowOf));
    for (const line of [table.head(), ...lines]) await writeLine(line.trimEnd());
  });
}

const rowOf = ({ prefix, keys, maxKeys, bytes, maxBytes, isCounted }: Quota): readonly string[] => [
  prefix === '' ? '(all keys)' : escaped(prefix),
  String(keys),
  maxKeys === null ? '-' : String(maxKeys),
  String(bytes),
  maxBytes === null ? '-' : String(maxBytes),
  isCounted ? '' : 'is being counted',
];
