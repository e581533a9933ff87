export type { Clock } from './clock.ts';
export { Latencies } from './latencies.ts';
export { type LatencyBin, latencyBins } from './latency-bins.ts';
export { type LoadJson, loadToJson } from './load-json.ts';
export type { LoadProgress } from './load-progress.ts';
export { emptyResult, type LoadResult, mergedResult, type OperationResult } from './load-result.ts';
export type { Operation } from './operation.ts';
export { type LoadOptions, runLoad } from './run-load.ts';
