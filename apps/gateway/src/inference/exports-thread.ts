import { Readable } from 'node:stream';
import type { FormatName } from '@cairn/export';
import { Thread } from '@cairn/threads';
import type { ExportService } from './exports-worker.ts';

/** The thread that writes predictions in other formats. */
export type ExportThread = Thread<ExportService>;

/** The thread; it starts with the first call. */
export function exportThread(): ExportThread {
  return new Thread<ExportService>({ module: new URL('./exports-worker.ts', import.meta.url) });
}

/**
 * The bytes of a prediction in a format, made as fast as they are read.
 * @param path where its GeoJSON lies
 * @throws CairnError `export-impossible`, before any bytes
 */
export async function exportStream(thread: ExportThread, path: string, format: FormatName): Promise<Readable> {
  const id = await thread.call('begin', path, format);
  return new Readable({
    read() {
      thread.call('next', id).then(
        (piece) => this.push(piece),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      thread.call('end', id).then(
        () => done(error),
        () => done(error),
      );
    },
  });
}
