import { type Transaction, transactionFromJson } from '@quorate/client';
import { readDocument } from './read-document.ts';

/**
 * Reads a transaction from a file, or from standard input if it is `-`, in JSON or YAML.
 * @throws {UsageError} if it cannot be read, or is neither
 * @throws {InvalidRequest | InvalidRevision | InvalidLimit | TransactionTooLarge} if it is no transaction
 */
export const readTransaction = async (file: string): Promise<Required<Transaction>> =>
  transactionFromJson(await readDocument(file));
