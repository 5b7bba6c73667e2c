import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { postgis } from '@electric-sql/pglite-postgis';
import { settings } from '../settings.ts';
import { parsers } from '../values.ts';
import type { ServerError } from '../database-error.ts';
import type { Answer, Request, WorkerStart } from './messages.ts';
import { SyncedFolder } from './synced-folder.ts';

// The thread in which PGlite lives: it computes for seconds at a time, so it stays off the event loop. It opens the
// folder, answers `ready`, then one request after another.

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const { folder } = workerData as WorkerStart;
const database = await PGlite.create({
  fs: new SyncedFolder(folder),
  extensions: { postgis, btree_gist, unaccent },
  startParams: [...SyncedFolder.startParameters, ...settings.flatMap((setting) => ['-c', setting])],
  parsers,
});
port.on('message', (request: Request) => {
  void answer(request).then((message) => {
    port.postMessage(message);
    if (request.kind === 'close') port.close();
  });
});
port.postMessage('ready');

async function answer(request: Request): Promise<Answer> {
  const { id } = request;
  try {
    switch (request.kind) {
      case 'query':
        return { id, rows: (await database.query<Record<string, unknown>>(request.sql, [...request.parameters])).rows };
      case 'execute':
        return { id, command: (await database.exec(request.sql)).at(-1)?.command ?? '' };
      case 'close':
        await database.close();
        return { id, command: 'CLOSE' };
    }
  } catch (error) {
    return refusal(id, error);
  }
}

/** An error that PostgreSQL answered leaves the database usable; one that ended its WebAssembly instance does not. */
function refusal(id: number, error: unknown): Answer {
  if (!(error instanceof Error)) return { id, broken: String(error) };
  const { message, severity, code, detail, constraint } = error as Error & { severity?: string } & Partial<ServerError>;
  if (severity === undefined) {
    return error.constructor === Error ? { id, error: { message, code: '' } } : { id, broken: message };
  }
  if (severity === 'FATAL' || severity === 'PANIC') return { id, broken: message };
  return { id, error: { message, code: code ?? '', detail, constraint } };
}
