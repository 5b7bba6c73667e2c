import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What GDAL, or geopandas where GDAL has no driver, found in a file. */
export interface ReadBack {
  driver: string;
  crs: string | null;
  metadata: Record<string, string>;
  valid: boolean;
  bounds: number[];
  rows: ({ geometry: unknown } & Record<string, unknown>)[];
}

/** Reads files with GDAL and geopandas in one go, by their name: `buildings.fgb`. */
export async function readBack(files: Readonly<Record<string, Uint8Array>>): Promise<Record<string, ReadBack>> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-read-back-'));
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    const readers = (await run(here('../../../tools/test-readers.sh'))).stdout.trim();
    const python = join(readers, '../python/bin/python');
    const { stdout } = await run(python, [here('read_back.py'), ...Object.keys(files)], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', PYTHONPATH: readers },
      maxBuffer: 1 << 28,
    });
    return JSON.parse(stdout) as Record<string, ReadBack>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
