import { boundsOf } from '../key-range.ts';
import type { Version } from '../tables/keys-table.ts';
import type { StagedState } from './staged-state.ts';
import type { Comparison, Operator } from './transaction.ts';

/** Whether a comparison holds. @throws {TransactionTooLarge} */
export function holds(state: StagedState, comparison: Comparison): boolean {
  const { keys } = comparison;
  if ('key' in keys) return holdsFor(comparison, state.get(keys.key));
  if (comparison.target === 'exists') return state.within(boundsOf(keys)).next().done !== comparison.operand;
  let isEmpty = true;
  for (const [, version] of state.within(boundsOf(keys))) {
    if (!holdsFor(comparison, version)) return false;
    isEmpty = false;
  }
  return !isEmpty || holdsFor(comparison, null);
}

function holdsFor(comparison: Comparison, version: Version | null): boolean {
  switch (comparison.target) {
    case 'exists':
      return (version !== null) === comparison.operand;
    case 'value':
      return version !== null && satisfies(compareBytes(version.value, comparison.operand), comparison.operator);
    default:
      return satisfies((version?.[comparison.target] ?? 0) - comparison.operand, comparison.operator);
  }
}

function satisfies(order: number, operator: Operator): boolean {
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    default:
      return operator satisfies never;
  }
}

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
