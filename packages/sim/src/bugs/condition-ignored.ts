import type { Command, ConfigStoreCodec } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

const withoutConditions = (codec: ConfigStoreCodec): ConfigStoreCodec => ({
  ...codec,
  decodeCommand: (bytes): Command => {
    const command = codec.decodeCommand(bytes);
    if (command.kind !== 'put' && command.kind !== 'delete') return command;
    const { ifRevision: _, ...unconditional } = command;
    return unconditional;
  },
});

/** One of the planted bugs. */
export const conditionIgnored: PlantedBug = {
  name: 'condition-ignored',
  breaks: 'A compare-and-set sets, whatever the revision is.',
  reference: 'The contract of ifRevision: written only if the key was last changed at that revision',
  plant: { codec: withoutConditions },
};
