import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { failoverFiguresSchema } from './failover-figures.ts';
import { loadFiguresSchema } from './load-figures.ts';

const subject = z.enum(['quorate', 'limit', 'etcd', 'jetstream', 'nats']);
const figures = z.partialRecord(subject, loadFiguresSchema);
const fields = {
  id: z.string(),
  environment: z.object({
    date: z.string(),
    cpu: z.string(),
    cores: z.number(),
    memoryGiB: z.number(),
    fileSystem: z.string(),
    busyPercent: z.number().nullable(),
  }),
  /** What each was: version and client. */
  descriptions: z.partialRecord(subject, z.string()),
};

const recordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('load'), ...fields, seconds: z.number(), rounds: z.array(figures) }),
  z.object({
    kind: z.literal('failover'),
    ...fields,
    figures: z.partialRecord(z.enum(['quorate', 'etcd']), failoverFiguresSchema),
  }),
  z.object({
    kind: z.literal('curve'),
    ...fields,
    seconds: z.number(),
    points: z.array(z.object({ x: z.number(), figures })),
  }),
]);

/** What an experiment came to when it was last made. */
export type ExperimentRecord = z.infer<typeof recordSchema>;
export type LoadRecord = Extract<ExperimentRecord, { kind: 'load' }>;
export type FailoverRecord = Extract<ExperimentRecord, { kind: 'failover' }>;
export type CurveRecord = Extract<ExperimentRecord, { kind: 'curve' }>;

const fileOf = (folder: string, id: string): string => join(folder, `${id}.json`);

/** Keeps a record, in place of the one before. */
export async function writeRecord(folder: string, record: ExperimentRecord): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(fileOf(folder, record.id), `${JSON.stringify(record, null, 2)}\n`);
}

/** The record of an experiment; null if there is none. */
export async function readRecord(folder: string, id: string): Promise<ExperimentRecord | null> {
  const text = await readFile(fileOf(folder, id), 'utf8').catch(() => null);
  return text === null ? null : recordSchema.parse(JSON.parse(text));
}
