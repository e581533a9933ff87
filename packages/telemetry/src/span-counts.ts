/** What became of the spans of a process. */
export interface SpanCounts {
  /** The collector has them. */
  exported: number;
  /** They could not be sent. */
  failed: number;
  /** There was no room for them. */
  dropped: number;
  /** Commits and appends that are exported without their stages, for want of room. */
  withoutStages: number;
}

/** None yet. */
export const noSpans = (): SpanCounts => ({ exported: 0, failed: 0, dropped: 0, withoutStages: 0 });
