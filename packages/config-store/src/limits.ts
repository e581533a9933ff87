import { InvalidKey, InvalidLimit, InvalidRevision, type KeyRole, KeyTooLarge, ValueTooLarge } from './errors.ts';
import type { StoredEntry } from './tables/keys-table.ts';
import { loneSurrogateAt, utf8Length } from './utf8.ts';

/** The largest key, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** The largest value, in bytes. */
export const MAX_VALUE_BYTES = 512 * 1024;

/** The most entries that one page may be asked for. */
export const MAX_PAGE_ENTRIES = 1000;

/** How many entries a page has if nobody says. */
export const DEFAULT_PAGE_ENTRIES = 100;

/** The most bytes of keys and values in one page: with its frame it must fit in NATS's message of 1 MiB. The first entry is given in any case, and fits. */
export const MAX_PAGE_BYTES = 768 * 1024;

/** What an entry of a page takes beside key and value: lengths, four numbers of up to nine bytes, and a content type. */
const ENTRY_FRAME_BYTES = 48;

/** What an entry takes of `MAX_PAGE_BYTES`. */
export const pageBytesOf = ({ key, value, contentType }: SizedEntry): number =>
  utf8Length(key) + (value?.length ?? 0) + (contentType?.length ?? 0) + ENTRY_FRAME_BYTES;

/** What takes room in an entry. */
interface SizedEntry extends Pick<StoredEntry, 'key' | 'contentType'> {
  readonly value: Uint8Array | null;
}

/** @throws {InvalidKey | KeyTooLarge} */
export function checkKey(key: string): void {
  checkKeyText('key', key);
}

/** A prefix is the beginning of a key, or empty. @throws {InvalidKey | KeyTooLarge} */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKeyText('prefix', prefix);
}

/** Checks the key that a page comes after, or that a range begins or ends with. @throws {InvalidKey | KeyTooLarge} */
export function checkBound(what: 'after' | 'from' | 'to', key: string): void {
  checkKeyText(what, key);
}

/** @throws {ValueTooLarge} */
export function checkValue(value: Uint8Array): void {
  if (value.length > MAX_VALUE_BYTES) {
    throw new ValueTooLarge({ sizeBytes: value.length, limitBytes: MAX_VALUE_BYTES });
  }
}

/** @throws {InvalidLimit} */
export function checkPageLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE_ENTRIES) {
    throw new InvalidLimit({ given: String(limit), limit: MAX_PAGE_ENTRIES });
  }
}

/** Revision 0 is that of a store, or of a key, that nothing was written to. @throws {InvalidRevision} */
export function checkRevision(revision: number, least: 0 | 1 = 0): void {
  if (Number.isSafeInteger(revision) && revision >= least) return;
  throw new InvalidRevision(
    { given: String(revision) },
    `revision ${revision} is no integer from ${least} to 2^53 - 1`,
  );
}

function checkKeyText(what: KeyRole, text: string): void {
  if (isPlainKey(text)) return;
  const sizeBytes = utf8Length(text);
  const invalid = (reason: string): InvalidKey =>
    new InvalidKey({ what, reason, sizeBytes, limitBytes: MAX_KEY_BYTES });
  if (text === '') throw invalid('is empty');
  if (sizeBytes > MAX_KEY_BYTES) throw new KeyTooLarge({ what, sizeBytes, limitBytes: MAX_KEY_BYTES });
  const control = controlCharacterAt(text);
  if (control >= 0) throw invalid(`has the control character ${codePointName(text, control)} at ${control}`);
  const lone = loneSurrogateAt(text);
  if (lone >= 0)
    throw invalid(`has the lone surrogate ${codePointName(text, lone)} at ${lone}, which UTF-8 cannot hold`);
}

/** Whether a text is of printable ASCII alone, as nearly all keys are, and not too long: one look at it says all. */
function isPlainKey(text: string): boolean {
  if (text === '' || text.length > MAX_KEY_BYTES) return false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** C0, DEL and C1. */
function controlCharacterAt(text: string): number {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || (unit >= 0x7f && unit <= 0x9f)) return at;
  }
  return -1;
}

const codePointName = (text: string, at: number): string =>
  `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`;
