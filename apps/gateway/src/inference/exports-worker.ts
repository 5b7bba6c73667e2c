import { CairnError } from '@cairn/contracts';
import { ExportError, exported, FORMATS, type FormatName } from '@cairn/export';
import { openCollection } from '@cairn/export/file';
import { serve } from '@cairn/threads';

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>>;

/** An export under way: its first piece is made before it is answered that there is one. */
interface Export {
  first: IteratorResult<Uint8Array<ArrayBuffer>> | undefined;
  pieces: Pieces;
}

const open = new Map<number, Export>();
let last = 0;

/** Predictions that are being written in other formats, piece by piece as they are asked for. */
const service = {
  /** Begins an export; answers its number. @throws CairnError `export-impossible` */
  async begin(path: string, format: FormatName): Promise<number> {
    const pieces = exported(await openCollection(path), format);
    const first = await pieces.next().catch((error: unknown) => {
      throw told(error, format);
    });
    open.set(++last, { first, pieces });
    return last;
  },

  /** The next bytes; null at the end. */
  async next(id: number): Promise<Uint8Array | null> {
    const one = open.get(id);
    if (one === undefined) return null;
    const piece = one.first ?? (await one.pieces.next());
    one.first = undefined;
    return piece.done === true ? null : piece.value;
  },

  /** Ends an export, whether all of it was read or not. */
  async end(id: number): Promise<void> {
    await open.get(id)?.pieces.return(undefined);
    open.delete(id);
  },
};

/** The methods that the thread offers. */
export type ExportService = typeof service;

function told(error: unknown, format: FormatName): unknown {
  if (!(error instanceof ExportError)) return error;
  return new CairnError('export-impossible', `It cannot be had as ${FORMATS[format].title}. ${error.message}`, {
    action: 'Take GeoJSON, which can hold everything.',
    cause: error,
  });
}

serve<ExportService>(service);
