/** What the counts of a run are of. */
const groups: readonly { readonly title: string; readonly has: RegExp }[] = [
  { title: 'messages', has: /message/ },
  { title: 'members and leaders', has: /^(change of members|transfer|a peer is|a voter is)/ },
  { title: 'reads and snapshots beside the clients', has: /read\b|^snapshot$/ },
  { title: 'machines and disks', has: /^/ },
];

/** How often each kind of thing has happened, in lines: what strikes machines and disks, what becomes of messages, and what goes on beside. */
export function countLines(counts: ReadonlyMap<string, number>): readonly string[] {
  const titleOf = (kind: string): string | undefined => groups.find(({ has }) => has.test(kind))?.title;
  const sorted = [...counts].sort(([one], [other]) => one.localeCompare(other));
  return groups.toReversed().flatMap(({ title }) => {
    const own = sorted.filter(([kind]) => titleOf(kind) === title);
    return own.length === 0 ? [] : [title, ...own.map(([kind, times]) => `${String(times).padStart(10)}  ${kind}`)];
  });
}
