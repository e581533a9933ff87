/** What an entry costs beside its command, at most: term, index, kind, times and a traceparent. */
const entryEnvelopeBytes = 128;

/** How many bytes an entry with that command counts for, wherever a limit is counted in them. */
export const entryBytes = ({ command }: { readonly command: Uint8Array }): number =>
  command.length + entryEnvelopeBytes;
