import type { ServerError } from '../database-error.ts';

/** What the worker is started with. */
export interface WorkerStart {
  /** Folder of the database's files. */
  folder: string;
}

/** What the main thread asks. */
export type Request =
  | { id: number; kind: 'query'; sql: string; parameters: readonly unknown[] }
  | { id: number; kind: 'execute'; sql: string }
  | { id: number; kind: 'close' };

/** What the worker answers. `broken` says that the database has ended and has to be opened again. */
export type Answer =
  | { id: number; rows: Record<string, unknown>[] }
  | { id: number; command: string }
  | { id: number; error: ServerError }
  | { id: number; broken: string };
