import type { Fault } from '../faults/fault.ts';
import { faultText } from '../faults/fault-text.ts';

/** One fault in one line. */
export const faultLine = (fault: Fault): string =>
  `${(fault.atMs / 1000).toFixed(3).padStart(10)}  ${faultText(fault)}`;
