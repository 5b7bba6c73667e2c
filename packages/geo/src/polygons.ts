// What is asked of polygons alone, for a page: without the reference systems, which are many times as large.
export * from './intersection.ts';
export * from './match.ts';
export * from './offset.ts';
export * from './predicates.ts';
export * from './rfc7946.ts';
export * from './ring.ts';
