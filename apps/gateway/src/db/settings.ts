/**
 * Settings of every connection, the same for both adapters. pgSTAC wants its schema on the search path; compiling and
 * parallel workers cost its many small plans more than they save (18 against 167 searches a second, measured).
 */
export const settings: readonly string[] = [
  'search_path=pgstac,public',
  'jit=off',
  'max_parallel_workers_per_gather=0',
  'timezone=UTC',
];
