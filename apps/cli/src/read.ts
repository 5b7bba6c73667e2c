import { readFile } from 'node:fs/promises';
import { CairnError } from '@cairn/contracts';
import { ExportError, readExport } from '@cairn/export';

/**
 * Reads a text file.
 * @throws CairnError `not-found` with what to do
 */
export async function readText(file: string, action: string): Promise<string> {
  return (await readBytes(file, action)).toString('utf8');
}

/**
 * Reads a file that carries a receipt: the text of a GeoJSON, or what an export holds in the shape of one.
 * @throws CairnError `not-found`; `input-invalid` where it is an export that is broken
 */
export async function readSigned(file: string): Promise<unknown> {
  const bytes = await readBytes(file, giveSigned);
  try {
    return (await readExport(bytes)) ?? bytes.toString('utf8');
  } catch (cause) {
    if (!(cause instanceof ExportError)) throw cause;
    throw new CairnError('input-invalid', cause.message, {
      where: file,
      action: 'Get the file again from where it was made.',
      cause,
    });
  }
}

/** What to do where a file that carries a receipt cannot be read. */
export const giveSigned = 'Give the file that the prediction or "cairn export" wrote, or an answer of /v2.';

/**
 * Reads a file.
 * @throws CairnError `not-found` with what to do
 */
export async function readBytes(file: string, action: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CairnError(
      'not-found',
      `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { where: file, action, cause },
    );
  }
}
