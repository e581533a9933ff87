import type { CommandResult, ConfigStoreCodec } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

function sharing(codec: ConfigStoreCodec): ConfigStoreCodec {
  let first: number | null = null;
  return {
    ...codec,
    encodeResult: (result: CommandResult) => {
      if (result.kind !== 'openSession') return codec.encodeResult(result);
      first ??= result.session;
      return codec.encodeResult({ kind: 'openSession', session: first });
    },
  };
}

/** One of the planted bugs. */
export const sessionOpenedTwiceIsOne: PlantedBug = {
  name: 'session-opened-twice-is-one',
  breaks:
    'Whoever opens a session is given the one that is open: two clients number their writes as if they were alone.',
  reference: 'rule 17: the id of a session is the index of the entry that opened it',
  plant: { codec: sharing },
};
