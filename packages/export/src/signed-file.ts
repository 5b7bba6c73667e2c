import { type JsonValue, parseJson, RECEIPT_MEMBER } from '@cairn/receipt';
import type { Cell, Column } from './table.ts';
import { ExportError } from './error.ts';

/** What was read of an export, in the shape of the GeoJSON that it came from, as `verifyFeatureCollection` takes it. */
export interface SignedFile {
  type: 'FeatureCollection';
  features: unknown[];
  [RECEIPT_MEMBER]?: unknown;
}

/** The features of an export and the text of the receipt that it carries; without a receipt where there is none. */
export function signedFile(features: unknown[], receipt: string | null | undefined): SignedFile {
  const file: SignedFile = { type: 'FeatureCollection', features };
  if (receipt !== null && receipt !== undefined) file[RECEIPT_MEMBER] = parseJson(receipt);
  return file;
}

/** A feature from its row. */
export function featureOf(columns: readonly Column[], row: readonly Cell[], geometry: unknown): unknown {
  const properties: Record<string, JsonValue> = {};
  let id: JsonValue = null;
  for (const [index, cell] of row.entries()) {
    const { name, type } = columns[index]!;
    if (cell === null) continue;
    if (name === 'id') id = cell;
    else setOwn(properties, name, type === 'json' && typeof cell === 'string' ? parseJson(cell) : cell);
  }
  return { type: 'Feature', ...(id === null ? {} : { id }), geometry, properties };
}

/** Sets a member, also one named `__proto__`. */
function setOwn(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

/** Runs a reader over untrusted bytes: whatever it trips over is a file that cannot be read. */
export async function reading<T>(kind: string, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ExportError(`The file cannot be read as ${kind}: ${why}`, { cause });
  }
}
