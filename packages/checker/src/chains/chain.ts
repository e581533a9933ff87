import { type Contradiction, contradiction, type SeenState, type SeenStates } from './seen-states.ts';

/** States that followed one another, with nothing else between them, and who made each. */
export type Chain = readonly (readonly [number, SeenState])[];

/** Strings states together. Two that were made of the same one contradict each other, and so do some that were made of one another in a circle. */
export function chainsOf({ states }: SeenStates): readonly Chain[] | Contradiction {
  const followers = new Map<number, Chain[number]>();
  for (const [writer, state] of states) {
    if (state.after === null) continue;
    const other = followers.get(state.after);
    if (other !== undefined) return contradiction([other[0], writer]);
    followers.set(state.after, [writer, state]);
  }
  const chains: Chain[] = [];
  const unreached = new Set(states.keys());
  for (const [writer, state] of states) {
    if (state.after !== null) continue;
    const chain = chainFrom([writer, state], followers);
    for (const [passed] of chain) unreached.delete(passed);
    chains.push(chain);
  }
  return unreached.size === 0 ? chains : contradiction([...unreached]);
}

function chainFrom(first: Chain[number], followers: ReadonlyMap<number, Chain[number]>): Chain {
  const chain = [first];
  for (let next = followers.get(first[0]); next !== undefined; next = followers.get(next[0])) chain.push(next);
  return chain;
}
