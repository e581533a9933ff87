import { expect, test } from 'vitest';
import { placesText } from '../src/log-store/places-text.ts';

test('places of a log are told as ranges', () => {
  expect(placesText([])).toBe('');
  expect(placesText([3, 7, 8, 9, 11])).toBe('3, 7-9, 11');
});

test('of very many the first are told, and how many more there are: a status with all of them would be longer than a message', () => {
  const every = Array.from({ length: 100_000 }, (_, at) => 2 * at + 1);
  const text = placesText(every);
  expect(text.length).toBeLessThan(1_000);
  expect(text).toMatch(/^1, 3, 5, .*, 199 and 99900 more, up to 199999$/);
});
