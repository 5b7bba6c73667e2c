import { readFileSync } from 'node:fs';
import { crsOfEpsg, crsOfProj4, CrsError, type Crs } from '@cairn/geo';

/** A system, and the metres to which its relation to WGS 84 is known. */
export interface KnownCrs {
  crs: Crs;
  accuracy: number;
}

// 0.5 MB that most images do not need: read when the first one does.
let table: ReadonlyMap<number, string> | undefined;

/**
 * The coordinate reference system of an EPSG code, easting (longitude) first as in GeoTIFF; undefined for a code that is not
 * known. The table (epsg.txt, written by tools/crs/write.ts from PROJ's EPSG database) holds those that proj4 and PROJ place
 * within 0.1 m of each other. Where a datum has a grid of shifts, the best relation without it is taken: `accuracy` tells.
 */
export function epsgCrs(code: number): KnownCrs | undefined {
  try {
    return { crs: crsOfEpsg(code), accuracy: 0 };
  } catch (error) {
    if (!(error instanceof CrsError)) throw error;
  }
  table ??= readTable();
  const [, accuracy, definition] = /^(\S+) (.+)$/.exec(table.get(code) ?? '') ?? [];
  return definition === undefined ? undefined : { crs: crsOfProj4(definition), accuracy: Number(accuracy) };
}

/** Lines of code, accuracy in metres, proj4 definition. */
function readTable(): ReadonlyMap<number, string> {
  const lines = readFileSync(new URL('epsg.txt', import.meta.url), 'utf8').split('\n');
  return new Map(lines.map((line) => [Number(line.split(' ', 1)[0]), line.slice(line.indexOf(' ') + 1)]));
}
