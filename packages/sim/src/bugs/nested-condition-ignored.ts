import type { Command, ConfigStoreCodec, Operation, Transaction } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

const withoutNestedConditions = (codec: ConfigStoreCodec): ConfigStoreCodec => ({
  ...codec,
  decodeCommand: (bytes): Command => {
    const command = codec.decodeCommand(bytes);
    if (command.kind !== 'txn') return command;
    return { ...command, then: command.then.map(withoutCondition), else: command.else.map(withoutCondition) };
  },
});

function withoutCondition(operation: Operation): Operation {
  if (operation.kind !== 'txn') return operation;
  const nested: Transaction = operation;
  return { ...nested, compare: [] };
}

/** One of the planted bugs. */
export const nestedConditionIgnored: PlantedBug = {
  name: 'nested-condition-ignored',
  breaks: 'What a nested transaction compares is not looked at: it always goes its first way.',
  reference: 'etcd, API reference: a nested transaction has guards of its own',
  plant: { codec: withoutNestedConditions },
};
