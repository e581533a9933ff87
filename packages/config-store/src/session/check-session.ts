import { InvalidSession, SessionWindowExceeded } from './errors.ts';
import { MAX_SESSION_TTL_MS, MAX_SESSION_WRITES, MIN_SESSION_TTL_MS, SESSION_SALT_LIMIT } from './limits.ts';
import type { SessionPlace } from './session-commands.ts';

/** @throws {InvalidSession | SessionWindowExceeded} */
export function checkSessionPlace({ session, sequence, floor }: SessionPlace): void {
  checkSessionId(session);
  checkFloor(floor);
  if (!Number.isSafeInteger(sequence) || sequence <= floor) {
    throw new InvalidSession({ reason: `sequence ${sequence} is no integer above the floor, which is ${floor}` });
  }
  if (sequence - floor > MAX_SESSION_WRITES) {
    throw new SessionWindowExceeded({ sequence: String(sequence), floor: String(floor), limit: MAX_SESSION_WRITES });
  }
}

/** @throws {InvalidSession} */
export function checkSessionId(session: number): void {
  if (Number.isSafeInteger(session) && session >= 1) return;
  throw new InvalidSession({ reason: `${session} is no id of a session` });
}

/** @throws {InvalidSession} */
export function checkFloor(floor: number): void {
  if (Number.isSafeInteger(floor) && floor >= 0) return;
  throw new InvalidSession({ reason: `floor ${floor} is no integer from 0` });
}

/** @throws {InvalidSession} */
export function checkSessionSalt(salt: number): void {
  if (Number.isSafeInteger(salt) && salt >= 0 && salt < SESSION_SALT_LIMIT) return;
  throw new InvalidSession({ reason: `salt ${salt} is no integer from 0 to 2^52 - 1` });
}

/** @throws {InvalidSession} */
export function checkSessionTtl(ttlMs: number): void {
  if (Number.isInteger(ttlMs) && ttlMs >= MIN_SESSION_TTL_MS && ttlMs <= MAX_SESSION_TTL_MS) return;
  const range = `${MIN_SESSION_TTL_MS} to ${MAX_SESSION_TTL_MS}`;
  throw new InvalidSession({ reason: `ttlMs ${ttlMs} is no integer from ${range}` });
}
