import { ConfigStore, MemoryTables } from '@quorate/config-store';
import { logIndex, term } from '@quorate/raft';
import { configStoreCodec } from '@quorate/wire';
import { type Behaviour, ok } from './fake-node.ts';

/** What a node does that keeps a store by itself: reads and writes of it are answered as a cluster answers them. */
export function storeBehaviour(id: string): Behaviour {
  const store = new ConfigStore({ tables: new MemoryTables(), codec: configStoreCodec, stream: 'main.config' });
  return ({ endpoint, body }) => {
    if (['get', 'list', 'history', 'retention'].includes(endpoint)) return ok(store.query(body), id);
    if (endpoint === 'hello' || endpoint === 'status') return null;
    const index = store.lastApplied + 1;
    const [applied] = store.apply([
      {
        index: logIndex(index),
        term: term(1),
        kind: 'command',
        command: body,
        timestampUs: 1_700_000_000_000_000 + index,
        logTimeMs: index,
      },
    ]);
    return applied === undefined ? null : ok(applied.result, id);
  };
}
