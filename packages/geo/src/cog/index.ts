export { CogWriter } from './writer.ts';
export type { CogOptions, CogSink, Deflate } from './writer.ts';
export type { Georeference } from './georeference.ts';
export type { BitDepth, RasterProfile } from './layout.ts';
export { halveRows } from './halve.ts';
export type { Samples } from './halve.ts';
export { MemorySpool } from './spool.ts';
export type { Spool } from './spool.ts';
