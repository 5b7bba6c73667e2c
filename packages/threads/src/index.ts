export * from './serve.ts';
export * from './thread.ts';
