import type { SchemaInfo } from '@quorate/client';
import type { Command } from 'commander';
import { jsonOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { escaped } from '../../output/preview.ts';
import { Table } from '../../output/table.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate schema list`, which `quorate schema` alone is as well. */
export function addList(schema: Command): void {
  const command = schema
    .command('list', { isDefault: true })
    .summary('show which prefixes have schemas')
    .description('Shows each prefix that has a schema, and which version: the index of the log entry that set it.')
    .addOption(jsonOption());
  addStoreOptions(command).action(() => list(command));
  addExamples(command, [
    ['quorate schema list', 'a table'],
    ["quorate schema list --json | jq -r '.[].prefix'", 'the prefixes'],
  ]);
}

async function list(command: Command): Promise<void> {
  const { json } = command.opts<{ readonly json?: boolean }>();
  await withStore(command, async (store) => {
    const schemas = await store.schemas.list();
    if (json === true) return writeLine(JSON.stringify(schemas.map(infoToJson)));
    const table = new Table([
      { title: 'PREFIX' },
      { title: 'SET BY ENTRY', align: 'right' },
      { title: 'BYTES', align: 'right' },
    ]);
    const lines = table.lines(schemas.map(rowOf));
    for (const line of [table.head(), ...lines]) await writeLine(line);
  });
}

const infoToJson = ({ schemaRevision, ...rest }: SchemaInfo): object => ({
  ...rest,
  schemaRevision: String(schemaRevision),
});

const rowOf = ({ prefix, schemaRevision, bytes }: SchemaInfo): readonly string[] => [
  prefix === '' ? '(all keys)' : escaped(prefix),
  String(schemaRevision),
  String(bytes),
];
