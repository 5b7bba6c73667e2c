import { fsyncSync } from 'node:fs';
import { PGlite, type postgresMod } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type Module = Partial<postgresMod.PostgresMod>;

/** The part of Emscripten's NODEFS that is added to; `nfd` is a file's descriptor on the host, which folders have not. */
interface WithNodeFiles {
  FS: { filesystems: { NODEFS: { stream_ops: { fsync?: (stream: { nfd?: number }) => number } } } };
}

/**
 * PGlite's folder file system, with a sync that reaches the disk. PGlite starts PostgreSQL with `-F` (fsync off), and
 * Emscripten's NODEFS knows no fsync: a process killed would lose nothing, a power cut could lose all. Here PostgreSQL
 * syncs as it does on a server.
 */
export class SyncedFolder extends NodeFS {
  /** Start parameters of PGlite without `-F`; Emscripten's fdatasync does nothing, so the log is synced by fsync. */
  static readonly startParameters: readonly string[] = [
    ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
    '-c',
    'wal_sync_method=fsync',
  ];

  override async init(pg: PGlite, options: Module): Promise<{ emscriptenOpts: Module }> {
    const { emscriptenOpts } = await super.init(pg, options);
    const addSync = (module: postgresMod.PostgresMod) => {
      (module as unknown as WithNodeFiles).FS.filesystems.NODEFS.stream_ops.fsync = ({ nfd }) => {
        if (nfd !== undefined) fsyncSync(nfd);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), addSync] } };
  }
}
