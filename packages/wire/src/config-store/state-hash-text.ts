/** A hash of the state as people see it: 14 hexadecimal digits. */
export const stateHashText = (stateHash: number): string => stateHash.toString(16).padStart(14, '0');
