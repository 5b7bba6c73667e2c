export * from './aoi.ts';
export * from './error.ts';
