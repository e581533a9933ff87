import { z } from 'zod';

const figures = z.object({
  answered: z.number(),
  perSecond: z.number(),
  failed: z.number(),
  failures: z.record(z.string(), z.number()),
  notBegun: z.number(),
  latencyMs: z.object({
    p50: z.number(),
    p90: z.number(),
    p99: z.number(),
    p999: z.number(),
    max: z.number(),
    mean: z.number(),
  }),
});

/** What a load came to, as every client here prints it: see `LoadJson` of @quorate/load. */
export const loadFiguresSchema = figures;
export type LoadFigures = z.infer<typeof figures>;
