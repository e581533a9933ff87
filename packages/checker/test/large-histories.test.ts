import { describe, expect, test } from 'vitest';
import {
  checkHistory,
  type History,
  type RegisterOperation,
  type RegisterOutcome,
  registerModel,
  type TextMapOperation,
  type TextMapOutcome,
  textMapModel,
} from '../src/index.ts';
import { called } from './support/histories.ts';

type RegisterHistory = History<RegisterOperation, RegisterOutcome>;
type TextMapHistory = History<TextMapOperation, TextMapOutcome>;

const read = (value: number | null, at: number, until = at + 1) =>
  called<RegisterOperation, RegisterOutcome>([at, until], { kind: 'read' }, { kind: 'value', value });
const write = (value: number, at: number, until = at + 1) =>
  called<RegisterOperation, RegisterOutcome>([at, until], { kind: 'write', value }, { kind: 'done' });
const lost = (value: number, at: number) =>
  called<RegisterOperation, RegisterOutcome>([at, at], { kind: 'write', value });

/** No search of these ends within so many steps by going through orders. */
const limits = { maxSteps: 500_000 };

/** Writes and reads of which many overlap, and writes of unknown outcome among them. */
const crowd: RegisterHistory = Array.from({ length: 100 }, (_, turn): RegisterHistory => {
  const at = 60 * turn;
  return [
    ...Array.from({ length: 25 }, (_, place) => write(1000 * turn + place, at + place, at + 50)),
    read(1000 * turn + (turn % 25), at + 50, at + 55),
    lost(1000 * turn + 500, at + 10),
    lost(7, at + 20),
  ];
}).flat();

describe('what no order explains is seen at once, however many operations there are', () => {
  test('a read of what nobody wrote', () => {
    expect(checkHistory(registerModel, [...crowd, read(999_999, 7000)], limits).kind).toBe('not-linearizable');
  });

  test('a read of what was written over', () => {
    const over = [write(1_000_000, 7000), write(1_000_001, 7002), read(1_000_000, 7004)];
    expect(checkHistory(registerModel, [...crowd, ...over], limits).kind).toBe('not-linearizable');
  });

  test('a read of what several wrote, and somebody wrote over after all of them', () => {
    const over = [write(-5, 7000, 7010), write(-5, 7001, 7008), write(-6, 7011), read(-5, 7013)];
    expect(checkHistory(registerModel, [...crowd, ...over], limits).kind).toBe('not-linearizable');
    expect(checkHistory(registerModel, [...crowd, ...over, lost(-5, 7002)], limits).kind).toBe('linearizable');
  });

  test('and what one explains, too', () => {
    expect(checkHistory(registerModel, crowd, limits).kind).toBe('linearizable');
  });
});

/** A text that 25 append to at a time, and read: each of them is done at a place of its own within its time. */
function appendsBy25(turns: number): TextMapHistory {
  const history: { operation: TextMapOperation; at: number }[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const operation: TextMapOperation =
      turn % 3 === 0 ? { kind: 'get' } : { kind: turn % 50 === 1 ? 'put' : 'append', value: `x ${turn} y` };
    history.push({ operation, at: 10 * turn });
  }
  let text = '';
  return history.map(({ operation, at }, turn) => {
    // Calls and returns lie so that some 25 are open at any time.
    const span: readonly [number, number] = [at - ((turn * 37) % 125), at + ((turn * 53) % 125)];
    if (operation.kind === 'get') return called(span, operation, { kind: 'value', value: text } as const);
    text = operation.kind === 'put' ? operation.value : text + operation.value;
    return called(span, operation, { kind: 'done' } as const);
  });
}

describe('a text that 25 append to at a time', () => {
  const history = appendsBy25(3000);

  test('is explained', () => {
    expect(checkHistory(textMapModel, history, limits).kind).toBe('linearizable');
  });

  test.each([
    ['loses what was appended', (text: string) => text.replace(/x \d+ y(?=x \d+ y$)/, '')],
    ['has the last two in another order', (text: string) => text.replace(/(x \d+ y)(x \d+ y)$/, '$2$1')],
    ['holds what nobody appended', (text: string) => `${text}x 9 9 y`],
    ['holds one thing twice', (text: string) => text.replace(/(x \d+ y)$/, '$1$1')],
  ])('is not if it %s', (_, spoil) => {
    const place = history.findIndex(({ operation }, turn) => turn > 2000 && operation.kind === 'get');
    const one = history[place];
    if (one?.outcome?.kind !== 'value') throw new Error('that is no get');
    const spoilt = history.with(place, { ...one, outcome: { kind: 'value', value: spoil(one.outcome.value) } });
    expect(checkHistory(textMapModel, spoilt, limits).kind).toBe('not-linearizable');
  });
});
