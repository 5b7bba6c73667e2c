/** The first bytes of a FlatGeobuf of version 3. */
export const MAGIC = Uint8Array.of(0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x00);

/** Slots of the table `Header` (header.fbs of FlatGeobuf 3), those that are used here. */
export const HEADER = {
  name: 0,
  envelope: 1,
  geometryType: 2,
  columns: 7,
  featuresCount: 8,
  indexNodeSize: 9,
  crs: 10,
  title: 11,
  description: 12,
  metadata: 13,
  slots: 14,
} as const;

/** Slots of the table `Column`. */
export const COLUMN = { name: 0, type: 1, nullable: 7, slots: 11 } as const;

/** Slots of the table `Crs`. */
export const CRS = { org: 0, code: 1, slots: 6 } as const;

/** Slots of the table `Feature` (feature.fbs). */
export const FEATURE = { geometry: 0, properties: 1, slots: 3 } as const;

/** Slots of the table `Geometry`. */
export const GEOMETRY = { ends: 0, xy: 1, type: 6, parts: 7, slots: 8 } as const;

/** Members of the enumeration `GeometryType`. */
export const GEOMETRY_TYPE = { Unknown: 0, Polygon: 3, MultiPolygon: 6 } as const;

/** Members of the enumeration `ColumnType` for what a column can hold. */
export const COLUMN_TYPE = { boolean: 2, number: 10, text: 11, json: 12 } as const;
