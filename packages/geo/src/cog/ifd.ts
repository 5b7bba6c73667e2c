/**
 * Image file directories in bytes: little-endian, classic TIFF or BigTIFF.
 *
 * Each directory and the values it points to lie together at the head of the file, where the COG layout wants them, the
 * full resolution's first. Their places do not depend on the tiles' offsets, so these can be counted from their end.
 */
import type { Georeference } from './georeference.ts';
import { geoKeys } from './georeference.ts';
import type { Level, RasterProfile } from './layout.ts';

const SHORT = 3;
const LONG = 4;
const DOUBLE = 12;
const LONG8 = 16;
type FieldType = typeof SHORT | typeof LONG | typeof DOUBLE | typeof LONG8;
const SIZE: Record<FieldType, number> = { [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8, [LONG8]: 8 };

interface Field {
  tag: number;
  type: FieldType;
  values: readonly number[];
}

/** The tiles of one level, in row order: where each lies in the file and how long it is. */
export interface TileIndex {
  offsets: readonly number[];
  lengths: readonly number[];
}

/** What the directories of one file have in common. */
export interface HeadOptions {
  profile: RasterProfile;
  levels: readonly Level[];
  tile: number;
  reference: Georeference | undefined;
  big: boolean;
}

/** Length in bytes of the head: header, directories and their values. It does not depend on the tiles. */
export function headLength(options: HeadOptions): number {
  return layOut(options, emptyIndex(options.levels)).length;
}

/** The head of the file, for tiles that are where `tiles` says (one index a level). */
export function encodeHead(options: HeadOptions, tiles: readonly TileIndex[]): Uint8Array {
  const { places, length } = layOut(options, tiles);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  const { big } = options;
  view.setUint16(0, 0x4949, true);
  view.setUint16(2, big ? 43 : 42, true);
  if (big) {
    view.setUint16(4, 8, true);
    setLong8(view, 8, places[0]!.start);
  } else {
    view.setUint32(4, places[0]!.start, true);
  }
  places.forEach((place, n) => encodeDirectory(view, place, places[n + 1]?.start ?? 0, big));
  return bytes;
}

interface Place {
  start: number;
  fields: readonly Field[];
}

function layOut(options: HeadOptions, tiles: readonly TileIndex[]): { places: Place[]; length: number } {
  const places: Place[] = [];
  let at = options.big ? 16 : 8;
  options.levels.forEach((level, n) => {
    const fields = fieldsOf(options, level, n, tiles[n]!);
    places.push({ start: at, fields });
    at += directoryLength(fields.length, options.big);
    for (const field of fields) if (!fitsInline(field, options.big)) at += aligned(byteLength(field));
  });
  return { places, length: at };
}

function fieldsOf(options: HeadOptions, level: Level, n: number, tiles: TileIndex): Field[] {
  const { profile, tile, reference, big } = options;
  const { bands, bits, alpha } = profile;
  const colours = alpha ? bands - 1 : bands;
  const extra = colours >= 3 ? bands - 3 : bands - 1;
  const perBand = (value: number): number[] => new Array<number>(bands).fill(value);
  const fields: Field[] = [
    { tag: 254, type: LONG, values: [n === 0 ? 0 : 1] },
    { tag: 256, type: LONG, values: [level.width] },
    { tag: 257, type: LONG, values: [level.height] },
    { tag: 258, type: SHORT, values: perBand(bits) },
    { tag: 259, type: SHORT, values: [8] },
    { tag: 262, type: SHORT, values: [colours >= 3 ? 2 : 1] },
    { tag: 277, type: SHORT, values: [bands] },
    { tag: 284, type: SHORT, values: [1] },
    { tag: 317, type: SHORT, values: [2] },
    { tag: 322, type: SHORT, values: [tile] },
    { tag: 323, type: SHORT, values: [tile] },
    { tag: 324, type: big ? LONG8 : LONG, values: tiles.offsets },
    { tag: 325, type: LONG, values: tiles.lengths },
  ];
  if (extra > 0) {
    fields.push({
      tag: 338,
      type: SHORT,
      values: Array.from({ length: extra }, (_, e) => extraSample(alpha, e, extra)),
    });
  }
  fields.push({ tag: 339, type: SHORT, values: perBand(1) });
  if (n === 0 && reference !== undefined) {
    fields.push(
      { tag: 33550, type: DOUBLE, values: [reference.pixelWidth, reference.pixelHeight, 0] },
      { tag: 33922, type: DOUBLE, values: [0, 0, 0, reference.west, reference.north, 0] },
      { tag: 34735, type: SHORT, values: geoKeys(reference) },
    );
  }
  return fields;
}

/** Unassociated alpha for the last extra band if it is one, "unspecified" for others. */
function extraSample(alpha: boolean, e: number, extra: number): number {
  return alpha && e === extra - 1 ? 2 : 0;
}

function encodeDirectory(view: DataView, { start, fields }: Place, next: number, big: boolean): void {
  const entry = big ? 20 : 12;
  let at = start + (big ? 8 : 2);
  let beyond = start + directoryLength(fields.length, big);
  if (big) setLong8(view, start, fields.length);
  else view.setUint16(start, fields.length, true);
  for (const field of fields) {
    view.setUint16(at, field.tag, true);
    view.setUint16(at + 2, field.type, true);
    if (big) setLong8(view, at + 4, field.values.length);
    else view.setUint32(at + 4, field.values.length, true);
    const slot = at + (big ? 12 : 8);
    if (fitsInline(field, big)) {
      encodeValues(view, slot, field);
    } else {
      if (big) setLong8(view, slot, beyond);
      else view.setUint32(slot, beyond, true);
      encodeValues(view, beyond, field);
      beyond += aligned(byteLength(field));
    }
    at += entry;
  }
  if (big) setLong8(view, at, next);
  else view.setUint32(at, next, true);
}

function encodeValues(view: DataView, start: number, { type, values }: Field): void {
  values.forEach((value, n) => {
    const at = start + n * SIZE[type];
    if (type === SHORT) view.setUint16(at, value, true);
    else if (type === LONG) view.setUint32(at, value, true);
    else if (type === DOUBLE) view.setFloat64(at, value, true);
    else setLong8(view, at, value);
  });
}

function setLong8(view: DataView, at: number, value: number): void {
  view.setBigUint64(at, BigInt(value), true);
}

function directoryLength(fields: number, big: boolean): number {
  return big ? aligned(16 + 20 * fields) : aligned(6 + 12 * fields);
}

function byteLength(field: Field): number {
  return field.values.length * SIZE[field.type];
}

function fitsInline(field: Field, big: boolean): boolean {
  return byteLength(field) <= (big ? 8 : 4);
}

/** Values start at multiples of 8, which suits every type. */
function aligned(bytes: number): number {
  return (bytes + 7) & ~7;
}

function emptyIndex(levels: readonly Level[]): TileIndex[] {
  return levels.map(({ columns, rows }) => {
    const zeros = new Array<number>(columns * rows).fill(0);
    return { offsets: zeros, lengths: zeros };
  });
}
