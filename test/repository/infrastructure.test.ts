import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { declarations, type Metric, prometheusName } from '@quorate/telemetry';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { findPromtool } from '../../infra/setup/prometheus.mjs';
import { makeTemporaryFolder, removeTemporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const infra = join(root, 'infra');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** All values under `field`, however deep. */
function allUnder(field: string, value: unknown): readonly string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === field && typeof inner === 'string' ? [inner] : allUnder(field, inner),
  );
}

/** The queries of a dashboard, with what Grafana puts in for its variables. */
const dashboardQueries = readdirSync(join(infra, 'grafana/dashboards')).flatMap((name) =>
  allUnder('expr', JSON.parse(read(`infra/grafana/dashboards/${name}`))).map((query) =>
    query.replaceAll('$__rate_interval', '1m').replaceAll('$cluster', 'main').replaceAll('$group', 'config'),
  ),
);
const alertQueries = allUnder('expr', parse(read('infra/prometheus/rules.yml')));

test('promtool accepts the configuration and the rules, and the alerts fire when they should', async () => {
  const promtool = await findPromtool();
  await run(promtool, ['check', 'config', join(infra, 'prometheus/prometheus.yml')]);
  await run(promtool, ['test', 'rules', join(infra, 'prometheus/rules.test.yml')]);
});

test("promtool accepts the dashboards' queries", async () => {
  expect(dashboardQueries.length).toBeGreaterThan(20);
  const folder = await makeTemporaryFolder('queries');
  onTestFinished(() => removeTemporaryFolder(folder));
  const rules = dashboardQueries.map((expr, ordinal) => ({ record: `query:${ordinal}`, expr }));
  const file = join(folder, 'queries.yml');
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
  await run(await findPromtool(), ['check', 'rules', file]);
});

test.each([
  ['the alerts', alertQueries],
  ['the dashboards', dashboardQueries],
])('%s ask for metrics that there are', (_, queries) => {
  const asked = queries.flatMap((query) => query.match(/\b(quorate|process)_[a-z_]+/g) ?? []);
  const series = new Set(asked.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  const declared = new Set(Object.values<Metric>(declarations).map(prometheusName));
  expect([...series].filter((name) => !declared.has(name))).toEqual([]);
  expect(series.size).toBeGreaterThan(5);
});

test('images are pinned by their versions, the base image too', () => {
  const images = allUnder('image', parse(read('docker-compose.yml'), { merge: true }));
  const bases = [...read('infra/docker/Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
  expect(new Set(images).size).toBeGreaterThan(5);
  expect(bases.length).toBeGreaterThan(0);
  const unpinned = [...images, ...bases].filter((image) => !/:v?\d+\.\d+\.\d+(-[a-z-]+)?$/.test(image));
  expect([...new Set(unpinned)]).toEqual(['quorate:local']);
});

test('every file that a container is given is there, and every port is on loopback', () => {
  const { services }: { services: Record<string, { volumes?: string[]; ports?: string[] }> } = parse(
    read('docker-compose.yml'),
    { merge: true },
  );
  const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes);
  const files = mounted.map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('.'));
  expect(files.length).toBeGreaterThan(3);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const ports = Object.values(services).flatMap(({ ports: published = [] }) => published);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});
