import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { HttpListener, type HttpListenerOptions } from '../src/observation/http-listener.ts';
import { InvalidSetting } from '../src/settings.ts';

async function started(options: Partial<HttpListenerOptions> = {}): Promise<HttpListener> {
  const listener = await HttpListener.start({
    host: '127.0.0.1',
    port: 0,
    observe: async () => null,
    metricsText: async () => 'a_metric 1\n',
    ...options,
  });
  onTestFinished(() => listener.stop());
  return listener;
}

test('a node that starts is healthy, and not ready', async () => {
  const { url } = await started();
  const healthz = await fetch(`${url}/healthz`);
  expect([healthz.status, await healthz.text()]).toEqual([200, 'healthy\n']);
  const readyz = await fetch(`${url}/readyz?verbose`);
  expect([readyz.status, await readyz.text()]).toEqual([503, 'not ready: the node is starting\n']);
});

test('metrics are text as Prometheus wants it', async () => {
  const { url } = await started();
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toBe('a_metric 1\n');
  const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '11', '']);
});

test('nothing else is there, and nothing can be changed', async () => {
  const { url } = await started();
  for (const path of ['/', '/metrics/', '/..%2fmetrics', '/debug']) expect((await fetch(url + path)).status).toBe(404);
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const response = await fetch(`${url}/metrics`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  }
});

test('what cannot be told is an answer too', async () => {
  const fails = (): Promise<never> => Promise.reject(new Error('no metrics'));
  const { url } = await started({ metricsText: fails, observe: fails });
  for (const path of ['metrics', 'healthz', 'readyz']) {
    const response = await fetch(`${url}/${path}`);
    expect([response.status, await response.text()]).toEqual([503, 'cannot tell: Error: no metrics\n']);
  }
});

test('what is no HTTP is refused, and the next one answered', async () => {
  const { url } = await started();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('CONNECT {} NATS\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('a port that is taken is told of, with the place', async () => {
  const { url } = await started();
  const port = Number(new URL(url).port);
  const again = HttpListener.start({ host: '127.0.0.1', port, observe: async () => null, metricsText: async () => '' });
  await expect(again).rejects.toThrow(
    new InvalidSetting(`cannot listen for HTTP on 127.0.0.1, port ${port}: EADDRINUSE`),
  );
});

test('an empty host, which would be every address of the machine, is refused', async () => {
  await expect(started({ host: '' })).rejects.toThrow(InvalidSetting);
});

test('who waits for an answer does not hold up the end', async () => {
  let asked: () => void = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const metricsText = (): Promise<string> => {
    asked();
    return new Promise(() => {});
  };
  const listener = await HttpListener.start({ host: '127.0.0.1', port: 0, observe: async () => null, metricsText });
  const answer = fetch(`${listener.url}/metrics`);
  await isAsked;
  await listener.stop();
  await expect(answer).rejects.toThrow();
});
