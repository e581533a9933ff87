import type { Command, ConfigStoreCodec, Operation, Transaction } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

function unfencedWithin(codec: ConfigStoreCodec): ConfigStoreCodec {
  return {
    ...codec,
    decodeCommand: (bytes): Command => {
      const command = codec.decodeCommand(bytes);
      return command.kind === 'txn' ? { ...command, then: command.then.map(unfencedIn) } : command;
    },
  };
}

/** The transaction without the fences of what stands in it. */
function unfencedIn(operation: Operation): Operation {
  if (operation.kind !== 'txn') return operation;
  const { compare, then, else: otherwise }: Transaction = operation;
  return { kind: 'txn', compare, then: then.map(unfenced), else: otherwise.map(unfenced) };
}

function unfenced(operation: Operation): Operation {
  if (!('fence' in operation)) return unfencedIn(operation);
  const { fence: _, ...rest } = operation;
  return unfencedIn(rest);
}

/** One of the planted bugs. */
export const fenceNotCheckedWithin: PlantedBug = {
  name: 'fence-not-checked-within',
  breaks: 'A fence is checked where it stands around a whole transaction, and not where it stands in a nested one.',
  reference: 'etcd#11457; Kleppmann, How to do distributed locking (2016)',
  plant: { codec: unfencedWithin },
};
