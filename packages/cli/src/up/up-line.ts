import { defaultServer } from '../options/nats-settings.ts';

/** What there is to say about a cluster that is up. */
export interface UpFacts {
  readonly cluster: string;
  readonly group: string;
  readonly leader: string;
  readonly nodes: number;
  /** Without passwords. */
  readonly servers: readonly string[];
}

/** The line that says that the cluster has a leader, and how to talk to it. */
export function upLine({ cluster, group, leader, nodes, servers }: UpFacts): string {
  const flags = [
    ...(servers.join() === defaultServer ? [] : ['--nats', servers.join()]),
    ...(cluster === 'main' ? [] : ['--cluster', cluster]),
    ...(group === 'config' ? [] : ['--group', group]),
  ];
  const command = ['npx quorate put /hello world', ...flags].join(' ');
  const count = nodes === 1 ? '1 node' : `${nodes} nodes`;
  return `quorate: cluster ${cluster} is up, ${leader} leads (${count}). Try: ${command}`;
}
