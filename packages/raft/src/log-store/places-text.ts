/** As many are named as people read, and as fit into the answer to `status`. */
const maxRanges = 100;

/** Ascending places of a log, for people: `3, 7-9`; of very many the first, and how many more there are. */
export function placesText(indexes: readonly number[]): string {
  const ranges: { readonly first: number; last: number }[] = [];
  for (const index of indexes) {
    const range = ranges.at(-1);
    if (range?.last === index - 1) range.last = index;
    else ranges.push({ first: index, last: index });
  }
  const named = ranges.slice(0, maxRanges);
  const text = named.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  const left = ranges.slice(maxRanges).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return left === 0 ? text : `${text} and ${left} more, up to ${ranges.at(-1)?.last}`;
}
