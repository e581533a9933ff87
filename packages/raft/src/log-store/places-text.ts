/** Ascending places of a log, for people: `3, 7-9`. */
export function placesText(indexes: readonly number[]): string {
  const ranges: { readonly first: number; last: number }[] = [];
  for (const index of indexes) {
    const range = ranges.at(-1);
    if (range?.last === index - 1) range.last = index;
    else ranges.push({ first: index, last: index });
  }
  return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
