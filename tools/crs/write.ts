import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crsOfProj4, CrsError, MERCATOR_HALF } from '@cairn/geo';

// Writes the table of coordinate reference systems that imagery is read in, from PROJ's EPSG database. Not part of `make
// generate`, since it is made anew only for a newer database: PYTHONPATH=.tools/readers node --import tsx tools/crs/write.ts

type Candidate = [code: number, definition: string, towgs84: string, accuracy: number, points: number[][]];

/** Metres that proj4 may differ from PROJ at the points of a system's area. */
const tolerance = 0.1;

const script = fileURLToPath(new URL('candidates.py', import.meta.url));
const { stdout } = await promisify(execFile)('python3.11', [script], { maxBuffer: 64 * 1024 * 1024 });
const candidates = // What PROJ answers where a projection has no value is no JSON number.
  JSON.parse(stdout.replace(/\bInfinity\b|\bNaN\b/g, 'null')) as Candidate[];
// UTM on WGS 84 and the like are known without a table.
const known = (code: number): boolean =>
  code === 4326 || code === 3857 || /^32[67](0[1-9]|[1-5]\d|60)$/.test(`${code}`);
const others = candidates.filter(([code]) => !known(code));
const lines = others.flatMap(([code, base, towgs84, accuracy, points]) => {
  const shifted = base.includes('+nadgrids') ? base : `${base} +towgs84=${towgs84}`;
  const definition = shifted.replace(/^(.*)( \+(?:units|to_meter)=\S+)(.*)$/, '$1$3$2');
  return agrees(definition, points) ? [`${code} ${Math.max(0, accuracy)} ${definition}`] : [];
});
const target = fileURLToPath(new URL('../../apps/gateway/src/imagery/crs/epsg.txt', import.meta.url));
await writeFile(target, `${lines.join('\n')}\n`);
process.stdout.write(`${lines.length} of ${others.length} systems; the others are not the same in proj4\n`);

function agrees(definition: string, points: number[][]): boolean {
  try {
    const crs = crsOfProj4(definition);
    return points.every(
      ([lon = NaN, lat = NaN, x = NaN, y = NaN]) => distance(crs.toLonLat(x, y), [lon, lat]) < tolerance,
    );
  } catch (error) {
    if (error instanceof CrsError || error instanceof TypeError) return false;
    throw error;
  }
}

/** Metres between two places that lie close together. */
function distance([lon, lat]: [number, number], [otherLon, otherLat]: [number, number]): number {
  const metres = MERCATOR_HALF / 180;
  return Math.hypot((lon - otherLon) * Math.cos((lat * Math.PI) / 180), lat - otherLat) * metres;
}
