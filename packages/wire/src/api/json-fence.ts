import type { Fence } from '@quorate/config-store';
import { JsonFields } from './json-fields.ts';

/** What a write is fenced with, if it is: `{ lock, token }`. Null is none: whoever has lost his token is not to write without. @throws {InvalidRequest} */
export function fenceIn(fields: JsonFields): { readonly fence?: Fence } {
  if (!fields.has('fence')) return {};
  const fence = JsonFields.of(fields.get('fence'), fields.pathOf('fence'));
  fence.allow(['lock', 'token'], 'a fence');
  return { fence: { lock: fence.text('lock'), token: fence.counter('token') } };
}

/** The lease that a key is put with, if there is one. @throws {InvalidRequest} */
export const leaseIn = (fields: JsonFields): { readonly lease?: number } =>
  fields.has('lease') ? { lease: fields.counter('lease') } : {};
