import type { NodeSnapshot, SnapshotInfo } from '@quorate/client';
import { sizeText } from './size-text.ts';
import { type Column, tableLines } from './table.ts';

const columns: readonly Column[] = [
  { title: 'NODE' },
  { title: 'INDEX', align: 'right' },
  { title: 'TERM', align: 'right' },
  { title: 'REVISION', align: 'right' },
  { title: 'BYTES', align: 'right' },
  { title: 'ID' },
  { title: '' },
];

/** The snapshots of some nodes, for people: a row each. */
export const nodeSnapshotLines = (snapshots: readonly NodeSnapshot[]): readonly string[] =>
  tableLines(
    columns,
    snapshots.map(({ node, index, term, revision, bytes, id, isNew }) => [
      node,
      String(index),
      String(term),
      String(revision),
      String(bytes),
      id,
      isNew ? '' : 'was there',
    ]),
  );

/** What a snapshot file holds, for people. */
export const snapshotInfoLines = (info: SnapshotInfo): readonly string[] =>
  [
    ['cluster', `${info.cluster}, group ${info.group}`],
    ['cluster id', info.clusterId],
    ['voters', info.voters.map(({ id }) => id).join(', ')],
    ['index', `${info.index}, term ${info.term}`],
    ['revision', String(info.revision)],
    ['keys', String(info.keys)],
    ['size', `${info.bytes} bytes${info.bytes < 1024 ? '' : ` (${sizeText(info.bytes)})`}`],
    ['id', info.id],
    ['SHA-256', info.checksum],
  ].map(([name = '', value = '']) => `${name.padEnd(10)}  ${value}`);
