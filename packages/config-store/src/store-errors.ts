import { requestErrors } from './errors.ts';
import { fenceErrors } from './fence/errors.ts';
import { historyErrors } from './history/errors.ts';
import { leaseErrors } from './lease/errors.ts';
import type { ErrorBuilder } from './quorate-error.ts';
import { quotaErrors } from './quota/errors.ts';
import { schemaErrors } from './schema/errors.ts';
import { sessionErrors } from './session/errors.ts';
import { transactionErrors } from './transaction/errors.ts';

/** How the store's own errors are made from their data again, by code. */
export const storeErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ...requestErrors,
  ...historyErrors,
  ...transactionErrors,
  ...sessionErrors,
  ...leaseErrors,
  ...fenceErrors,
  ...quotaErrors,
  ...schemaErrors,
]);
