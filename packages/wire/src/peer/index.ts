export * from './announcement.ts';
export * from './peer-message.ts';
