import { trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { contextOf, isTraceparent } from '../src/traceparent.ts';

const traceId = 'ab'.repeat(16);
const spanId = 'cd'.repeat(8);
const ids = `${traceId}-${spanId}`;

test.each([
  [`00-${ids}-01`, 1],
  [`00-${ids}-00`, 0],
  // Other flags are not ours.
  [`00-${ids}-03`, 1],
  // Of a later version what is known is read, and what is behind it is not.
  [`01-${ids}-01`, 1],
  [`cc-${ids}-01-what-will-be`, 1],
])('%s names a span', (text, traceFlags) => {
  expect(trace.getSpanContext(contextOf(text))).toEqual({ traceId, spanId, traceFlags, isRemote: true });
  expect(isTraceparent(text)).toBe(true);
});

test.each([
  '',
  'broken',
  `ff-${ids}-01`,
  `00-${ids}-01-more`,
  `00-${ids}-0`,
  `00-${ids}-zz`,
  `00-${ids.toUpperCase()}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  ` 00-${ids}-01`,
  `00-${ids}-01\n`,
  `00-${ids}-01${'-'.repeat(100_000)}`,
])('%j is none', (text) => {
  expect(trace.getSpanContext(contextOf(text))).toBeUndefined();
  expect(isTraceparent(text)).toBe(false);
});
