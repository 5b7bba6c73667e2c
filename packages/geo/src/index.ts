export * from './blocks.ts';
export * from './ring.ts';
export * from './shapes.ts';
export * from './stitch.ts';
export * from './trace.ts';
