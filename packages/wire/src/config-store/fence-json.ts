import type { Fence } from '@quorate/config-store';

/** What a write is fenced with, as JSON. */
export interface FenceJson {
  readonly lock: string;
  readonly token: string;
}

/** What a write is fenced with, in a field of its own. */
export const fenceToJson = (fence: Fence | undefined): { readonly fence?: FenceJson } =>
  fence === undefined ? {} : { fence: { lock: fence.lock, token: String(fence.token) } };
