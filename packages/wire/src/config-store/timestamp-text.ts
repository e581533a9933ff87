/** An entry's timestamp for people and for programs in any language: RFC 3339 in UTC, with all six digits of its microseconds, so that texts order as times do. */
export function timestampText(timestampUs: number): string {
  const wholeMs = Math.floor(timestampUs / 1000);
  const restUs = timestampUs - wholeMs * 1000;
  return new Date(wholeMs).toISOString().replace('Z', `${String(restUs).padStart(3, '0')}Z`);
}
