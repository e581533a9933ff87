import { UsageError } from '../command-error.ts';

const highestPort = 65_535;

/** The port of each node's HTTP listener, from the first one's on; none if that is null. 0 is a free port for each. @throws {UsageError} if there are not so many */
export function httpPorts(first: number | null, nodes: number): readonly number[] {
  if (first === null) return [];
  if (first + nodes - 1 > highestPort) {
    throw new UsageError(`there are no ${nodes} ports from --http-port ${first} on: ${highestPort} is the last`);
  }
  return Array.from({ length: nodes }, (_, ordinal) => (first === 0 ? 0 : first + ordinal));
}

/** Where the nodes can be looked at. */
export function httpLine(ids: readonly string[], ports: readonly number[], host = '127.0.0.1'): string {
  if (ports[0] === 0) return 'the logs of the nodes say where each listens for HTTP';
  const place = ids.map((id, ordinal) => `${id} at http://${host}:${ports[ordinal]}`).join(', ');
  return `/metrics, /healthz and /readyz of ${place}`;
}
