import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { experiments } from './experiments.ts';
import { plotSvg } from './plots.ts';
import { readRecord } from './records.ts';
import { curveLines, environmentLines, failoverLines, figureLines, goalLines, type Records } from './report-tables.ts';

/** Where docs/PERFORMANCE.md is, and where records and plots are kept beside it. */
export interface DocsPlace {
  readonly page: string;
  readonly folder: string;
}

/** All records that are kept. */
export async function keptRecords({ folder }: DocsPlace): Promise<Records> {
  const records = await Promise.all(experiments.map(({ id }) => readRecord(folder, id)));
  return new Map(records.flatMap((record) => (record === null ? [] : [[record.id, record] as const])));
}

/** Writes all tables and plots anew from what is kept, so that no figure is typed by hand. */
export async function writeDocs(place: DocsPlace): Promise<void> {
  const records = await keptRecords(place);
  for (const experiment of experiments) {
    const record = records.get(experiment.id);
    if (experiment.kind !== 'curve' || record?.kind !== 'curve') continue;
    await writeFile(join(place.folder, `${experiment.id}.svg`), await plotSvg(experiment, record));
  }
  await writeFile(place.page, pageWith(records, await readFile(place.page, 'utf8')));
}

/** A page with what the records say between its markers. @throws {Error} if it has no markers for something */
export function pageWith(records: Records, page: string): string {
  const curves = experiments.flatMap((experiment) => {
    const record = records.get(experiment.id);
    if (experiment.kind !== 'curve' || record?.kind !== 'curve') return [];
    const image = `![${experiment.title}](performance/${experiment.id}.svg)`;
    return [[experiment.id, [image, '', ...curveLines(experiment, record)]] as const];
  });
  return withSections(page, {
    goals: goalLines(records),
    figures: figureLines(records),
    failover: failoverLines(records),
    environment: environmentLines(records),
    ...Object.fromEntries(curves),
  });
}

/**
 * A page with new lines between its markers, `<!-- bench:name -->` and `<!-- /bench:name -->`; what is between others stays.
 * @throws {Error} if the page has no markers for a section
 */
export function withSections(page: string, sections: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(sections).reduce((text, [name, lines]) => {
    const [begin, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
    const between = lines.length === 0 ? [] : ['', ...lines, ''];
    return [text.slice(0, from + begin.length), ...between, text.slice(to)].join('\n');
  }, page);
}
