export * from './api/index.ts';
export * from './config-store/index.ts';
export * from './peer/index.ts';
export * from './snapshot/index.ts';
