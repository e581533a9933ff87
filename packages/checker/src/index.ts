export { checkConfigStore } from './check-config-store.ts';
export { checkHistory, type Verdict } from './check-history.ts';
export { checkLog } from './check-log.ts';
export { type Counterexample, findCounterexample } from './counterexample.ts';
export { type ExplainedVerdict, explainVerdict } from './explained-verdict.ts';
export { formatCounterexample } from './format-counterexample.ts';
export type { History, HistoryOperation } from './history.ts';
export { MalformedLog } from './logs/malformed-log.ts';
export { parseRegisterLog } from './logs/register-log.ts';
export { parseTextMapLog } from './logs/text-map-log.ts';
export type { Model, StateKey } from './model.ts';
export {
  type ConfigStoreOperation,
  type ConfigStoreOutcome,
  configStoreModel,
} from './models/config-store.ts';
export type { ConfigStoreState } from './models/config-store-steps.ts';
export { type RegisterOperation, type RegisterOutcome, type RegisterValue, registerModel } from './models/register.ts';
export { type TextMapOperation, type TextMapOutcome, textMapModel } from './models/text-map.ts';
export type { SearchLimits } from './step-budget.ts';
export type {
  RevisionComparison,
  StepOutcome,
  StoreOperation,
  StoreOutcome,
  TransactionOperation,
  TransactionOutcome,
  TransactionStep,
  WayOutcome,
} from './transactions/transaction.ts';
export { checkWatch, type WatchGuarantee, type WatchViolation } from './watches/check-watch.ts';
export type {
  GivenChange,
  HistoryChange,
  HistoryRevision,
  RecordedWatch,
  WatchEvent,
} from './watches/watch-history.ts';
