import { RECEIPT_MEMBER } from '@cairn/receipt';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { featureOf, reading, type SignedFile, signedFile } from '../signed-file.ts';
import type { Cell, Column } from '../table.ts';
import { JSON_COLUMNS } from './write.ts';

/** Whether bytes begin as Parquet does. */
export function isParquet(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'PAR1';
}

/**
 * Reads a GeoParquet that was exported, for its verification.
 * @throws ExportError where it is broken
 */
export function readGeoParquet(bytes: Uint8Array): Promise<SignedFile> {
  return reading('GeoParquet', async () => {
    const file = bytes.slice().buffer;
    const metadata = parquetMetadata(file);
    const text = (key: string): string | undefined =>
      metadata.key_value_metadata?.find((one) => one.key === key)?.value;
    const json = JSON.parse(text(JSON_COLUMNS) ?? '[]') as string[];
    const columns = metadata.schema
      .slice(1)
      .filter(({ name }) => name !== 'geometry')
      .map(({ name }): Column => ({ name, type: json.includes(name) ? 'json' : 'text' }));
    const rows = await parquetReadObjects({ file, metadata });
    const features = rows.map((row) =>
      featureOf(
        columns,
        columns.map(({ name }) => (row[name] ?? null) as Cell),
        row['geometry'],
      ),
    );
    return signedFile(features, text(RECEIPT_MEMBER));
  });
}
