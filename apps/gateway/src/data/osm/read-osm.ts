import { OsmError, OsmReader, type OsmData } from '@cairn/export/osm';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { invalidDataset } from '../fault.ts';

/** The file of the outlines in a dataset that comes as OSM XML. */
export const osmFile = 'labels.osm';
// Nodes, ways and relations are held in memory at once, several times as large as in the file.
const mostBytes = 256 * 1024 * 1024;

/**
 * Reads OSM XML piece by piece.
 * @throws CairnError `dataset-invalid`; `where` is the file with line and column, or the element.
 */
export async function readOsm(file: string): Promise<OsmData> {
  const { size } = await stat(file);
  if (size > mostBytes) {
    throw fault(
      `has ${size} bytes, more than ${mostBytes}`,
      '',
      'Cut out the area of the chips, or split the dataset.',
    );
  }
  const reader = new OsmReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file)) {
      reader.write(decoder.decode(chunk as Uint8Array, { stream: true }));
    }
    reader.write(decoder.decode());
    return reader.close();
  } catch (cause) {
    if (cause instanceof OsmError) throw fault(cause.what, cause.place, cause.action, cause.cause);
    if (cause instanceof TypeError) throw fault('is not UTF-8', '', 'Export it again from OpenStreetMap.', cause);
    throw cause;
  }
}

function fault(what: string, place: string, action: string, cause?: unknown): Error {
  return invalidDataset(`${osmFile} ${what}.`, `${osmFile}${place}`, action, cause);
}
