import { type TracedPut, tracedPutToJson } from '@quorate/client';
import { checkContentType, checkKey, checkValue } from '@quorate/config-store';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-error.ts';
import { jsonOption, pathOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { milliseconds, timelineLines, timelineTitle } from '../../output/timeline-text.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';
import { addPutOptions, type PutFlags, putOptionsOf, readPutValue } from '../put.ts';

interface TracePutFlags extends PutFlags {
  readonly path?: boolean;
  readonly json?: boolean;
}

/** `quorate trace put`: writes a key, and draws where the time went. */
export function addTracePut(program: Command): void {
  const command = program
    .command('put')
    .summary('write a key, and draw where the time went')
    .description(
      'Writes a key as put does, and draws where the time went. What the answer waited for is drawn full, and adds up to the whole; all else is drawn light.',
    )
    .argument('<key>')
    .argument('[value]', 'its value; - for what comes on standard input')
    .addOption(pathOption())
    .addOption(jsonOption());
  addStoreOptions(addPutOptions(command)).action((key: string, value: string | undefined) =>
    tracePut(command, key, value),
  );
  addExamples(command, [
    ['quorate trace put /app/db/url postgres://db', 'as a waterfall'],
    ['quorate trace put /app/db/url postgres://db --path', 'only what the answer waited for'],
    ['quorate trace put /app/db/url postgres://db --node n2', 'by way of n2, which need not lead'],
    ['quorate trace put /app/db/url postgres://db --json | jq .timeline.wholeMs', 'the same for programs'],
  ]);
}

async function tracePut(command: Command, key: string, text: string | undefined): Promise<void> {
  const flags = command.opts<TracePutFlags>();
  checkKey(key);
  if (flags.contentType !== undefined) checkContentType(flags.contentType);
  const value = await readPutValue(text, flags.file);
  checkValue(value);
  await withStore(command, async (store) => {
    const traced = await store.tracePut(key, value, putOptionsOf(flags));
    if (flags.json === true) return writeLine(JSON.stringify(tracedPutToJson(traced)));
    for (const line of tracedLines(traced, flags.path)) await writeLine(line);
  });
}

/** @throws {CommandFailure} if it is not known where the time of the write went, which was made */
function tracedLines({ revision, clientMs, timeline, problem }: TracedPut, isPathOnly = false): readonly string[] {
  if (timeline === null) {
    throw new CommandFailure(`revision ${revision} was written, but ${problem ?? 'nobody remembers it'}`);
  }
  return [
    `revision ${revision}, ${timelineTitle(timeline)}; the client waited ${milliseconds(clientMs)} ms`,
    ...timelineLines(timeline, isPathOnly),
  ];
}
