import type { PlantedBug } from './plant.ts';

/** See `breaks`. */
export const wipedNodeVotes: PlantedBug = {
  name: 'wiped-node-votes',
  breaks: 'A machine that has lost its disk gets the storageId that was listed, and votes with what it has forgotten.',
  reference: "Rule 16; openraft, faq: never reuse a wiped node's id",
  plant: { identity: (identity) => ({ ...identity, storageId: identity.storageId.replace('second-disk', 'disk') }) },
};
