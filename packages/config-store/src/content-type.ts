import { InvalidContentType } from './errors.ts';

/** The longest content type, in characters. */
export const MAX_CONTENT_TYPE_LENGTH = 127;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** A media type with its parameters (RFC 9110 §8.3.1). */
const mediaType = new RegExp(`^${token}/${token}(; ?${token}=(${token}|"[ !#-\\[\\]-~]*"))*$`);

/** @throws {InvalidContentType} */
export function checkContentType(contentType: string): void {
  const isText = typeof contentType === 'string';
  if (isText && contentType.length <= MAX_CONTENT_TYPE_LENGTH && mediaType.test(contentType)) return;
  throw new InvalidContentType({ given: String(contentType).slice(0, 64), limit: MAX_CONTENT_TYPE_LENGTH });
}
