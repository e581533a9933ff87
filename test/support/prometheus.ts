import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithThisProcess } from '@quorate/local-machine';
import { findPrometheus } from '../../infra/setup/prometheus.mjs';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.ts';

/** A real Prometheus, on loopback. */
export interface Prometheus {
  /** The values of an instant query, by the label `node`. */
  query(expression: string): Promise<Readonly<Record<string, number>>>;
  /** The health of each rule, by its name: `ok` once it was evaluated. */
  rules(): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** Starts a Prometheus that scrapes these, `host:port` each, five times a second, with the rules of a file. */
export async function startPrometheus(targets: readonly string[], rulesFile: string): Promise<Prometheus> {
  const folder = await makeTemporaryFolder('prometheus');
  await copyFile(rulesFile, join(folder, 'rules.yml'));
  // JSON is YAML.
  const config = {
    global: { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '200ms' },
    rule_files: ['rules.yml'],
    scrape_configs: [{ job_name: 'quorate', static_configs: [{ targets }] }],
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const args = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
  ];
  const child = spawn(await findPrometheus(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  endWithThisProcess(child);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    await removeTemporaryFolder(folder);
  };

  const log: string[] = [];
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`Prometheus has ended: ${log.join('\n')}`)));
  const port = await Promise.race([listening(child.stderr, log), ended]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  ended.catch(() => {});
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    if (!response.ok) throw new Error(`Prometheus says ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    query: async (expression) => {
      const result = listIn(await ask(`query?query=${encodeURIComponent(expression)}`), 'result');
      return Object.fromEntries(result.map(({ metric, value }) => [nodeOf(metric), Number(sampleValue(value))]));
    },
    rules: async () => {
      const rules = listIn(await ask('rules'), 'groups').flatMap((group) => list(group.rules));
      return Object.fromEntries(rules.map(({ name, health }) => [String(name), String(health)]));
    },
    stop,
  };
}

/** Gives the port as soon as the log says it. */
async function listening(output: NodeJS.ReadableStream, log: string[]): Promise<number> {
  return new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      log.push(line);
      const port = /Listening on.*address=127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const list = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isObject) : []);

const listIn = (answer: unknown, field: string): readonly Fields[] =>
  isObject(answer) && isObject(answer.data) ? list(answer.data[field]) : [];

const nodeOf = (metric: unknown): string => (isObject(metric) ? String(metric.node ?? '') : '');

/** A sample is a moment and a value. */
const sampleValue = (value: unknown): unknown => (Array.isArray(value) ? value[1] : undefined);
