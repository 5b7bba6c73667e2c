import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseJson, type Receipt, RECEIPT_MEMBER } from '@cairn/receipt';
import { asFeature, type Collection, type Feature } from '../collection.ts';
import { ExportError } from '../error.ts';
import { provenanceOf } from '../provenance.ts';

/** First line of a prediction's GeoJSON as Cairn writes it; then come its features, one a line. */
const HEAD = /^\{"type":"FeatureCollection",(?:"bbox":\[[-0-9.,e]*\],)?"features":\[$/;

/** What ends the features: the members after them stand on a line of their own. */
const TAIL = '\n],';

/**
 * Opens the GeoJSON of a prediction. As Cairn writes it, it is read line by line whenever its features are asked for, so
 * memory does not grow with it; in any other layout it is read whole.
 * @throws ExportError, ReceiptError where it is no feature collection with the receipt of a prediction
 */
export async function openCollection(path: string): Promise<Collection> {
  const tail = await tailOf(path);
  const collection = tail === null ? await wholeFile(path) : lines(path, tail);
  provenanceOf(collection.receipt);
  return collection;
}

/** The members after the features of a file that Cairn wrote; null where it is laid out otherwise. */
async function tailOf(path: string): Promise<Record<string, unknown> | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(size, 4096));
    await file.read(head, 0, head.length, 0);
    if (!HEAD.test(head.toString().split('\n', 1)[0]!)) return null;
    for (let length = 64 * 1024; ; length *= 4) {
      const end = Buffer.alloc(Math.min(size, length));
      await file.read(end, 0, end.length, size - end.length);
      const at = end.lastIndexOf(TAIL);
      if (at >= 0) return parseJson(`{${end.subarray(at + TAIL.length).toString()}`) as Record<string, unknown>;
      if (length >= size) return null;
    }
  } finally {
    await file.close();
  }
}

function lines(path: string, tail: Record<string, unknown>): Collection {
  return {
    receipt: receiptOf(tail),
    async *features() {
      const input = createReadStream(path, { highWaterMark: 256 * 1024 });
      try {
        for await (const line of createInterface({ input, crlfDelay: Infinity })) {
          if (line.startsWith(']')) return;
          if (!line.startsWith('{"type":"FeatureCollection"')) yield featureOf(line.replace(/,$/, ''));
        }
      } finally {
        input.destroy();
      }
    },
  };
}

async function wholeFile(path: string): Promise<Collection> {
  const collection = parseJson(await readFile(path, 'utf8')) as Record<string, unknown> | null;
  const features: unknown = collection?.['features'];
  if (collection?.['type'] !== 'FeatureCollection' || !Array.isArray(features)) {
    throw new ExportError('The file is not a GeoJSON FeatureCollection.');
  }
  return {
    receipt: receiptOf(collection),
    async *features() {
      for (const feature of features) yield await Promise.resolve(asFeature(feature));
    },
  };
}

function featureOf(line: string): Feature {
  return asFeature(parseJson(line));
}

function receiptOf(members: Record<string, unknown>): Receipt {
  const receipt = members[RECEIPT_MEMBER];
  if (typeof receipt === 'object' && receipt !== null) return receipt as Receipt;
  throw new ExportError(`The file carries no receipt ("${RECEIPT_MEMBER}"): get it again from where it was made.`);
}
