export { type RunOptions, runNode } from './run-node.ts';
export { defaultNodeSettings, InvalidSetting, type NodeSettings } from './settings.ts';
