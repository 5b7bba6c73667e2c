import { CairnError } from '@cairn/contracts';
import { Type, type Static } from 'typebox';

const Name = Type.String({ minLength: 1, maxLength: 200 });
/** The most items of one page; who asks for more gets that many and a link to the next. */
const fullestPage = 1000;
const limit = Type.Integer({ minimum: 1, default: 10 });
const token = Type.String({
  pattern: '^(next|prev):[^:]+:.+$',
  maxLength: 500,
  description: 'from a link of the page before',
});
const instant = '\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}([.]\\d+)?([Zz]|[+-]\\d{2}:\\d{2})';
const datetime = Type.String({
  pattern: `^(${instant}|(${instant}|[.][.])?/(${instant}|[.][.])?)$`,
  maxLength: 100,
  description: 'RFC 3339, or an interval of two joined by "/", with ".." for an open end',
});
const SortBy = Type.Object(
  { field: Type.String({ pattern: '^[\\w:.-]{1,100}$' }), direction: Type.Enum(['asc', 'desc']) },
  { additionalProperties: false },
);

/** The body of `POST /stac/search` (STAC API 1.0, Item Search, with the sort extension). */
export const SearchBody = Type.Object(
  {
    collections: Type.Optional(Type.Array(Name, { maxItems: 100 })),
    ids: Type.Optional(Type.Array(Name, { maxItems: 1000 })),
    bbox: Type.Optional(
      Type.Union([
        Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
        Type.Array(Type.Number(), { minItems: 6, maxItems: 6 }),
      ]),
    ),
    intersects: Type.Optional(Type.Object({ type: Type.String() }, { description: 'a GeoJSON geometry' })),
    datetime: Type.Optional(datetime),
    limit: Type.Optional(limit),
    token: Type.Optional(token),
    sortby: Type.Optional(Type.Array(SortBy, { maxItems: 10 })),
  },
  { additionalProperties: false },
);
export type SearchBody = Static<typeof SearchBody>;

const list = Type.String({ maxLength: 10_000, description: 'values joined by commas' });

/** The query of a collection's items (OGC API - Features). */
export const ItemsQuery = Type.Object(
  {
    limit: Type.Optional(limit),
    token: Type.Optional(token),
    bbox: Type.Optional(list),
    datetime: Type.Optional(datetime),
  },
  { additionalProperties: false },
);
export type ItemsQuery = Static<typeof ItemsQuery>;

/** The query of `GET /stac/search`. */
export const SearchQuery = Type.Object(
  {
    ...ItemsQuery.properties,
    collections: Type.Optional(list),
    ids: Type.Optional(list),
    intersects: Type.Optional(Type.String({ maxLength: 100_000, description: 'a GeoJSON geometry' })),
    sortby: Type.Optional(Type.String({ pattern: '^[+ -]?[\\w:.-]{1,100}(,[+ -]?[\\w:.-]{1,100}){0,9}$' })),
  },
  { additionalProperties: false },
);
export type SearchQuery = Static<typeof SearchQuery>;

/**
 * A query as the body that asks for the same.
 * @throws CairnError `input-invalid`; `where` is the parameter.
 */
export function bodyOf(query: SearchQuery): SearchBody {
  const { collections, ids, bbox, intersects, sortby, ...same } = query;
  return {
    ...same,
    ...(collections === undefined ? {} : { collections: collections.split(',') }),
    ...(ids === undefined ? {} : { ids: ids.split(',') }),
    ...(bbox === undefined ? {} : { bbox: numbersOf(bbox) }),
    ...(intersects === undefined ? {} : { intersects: geometryOf(intersects) }),
    ...(sortby === undefined ? {} : { sortby: sortby.split(',').map(sortOf) }),
  };
}

/**
 * A search as it is put to pgSTAC: checked for what the schema cannot tell, no more than a full page, and without heights
 * in its box, since items are found by their place on the ground.
 * @throws CairnError `input-invalid`.
 */
export function plainSearch(body: SearchBody): SearchBody {
  const { bbox, intersects, limit: wanted = 10 } = body;
  if (bbox !== undefined && intersects !== undefined) {
    throw refused('bbox', 'A search names bbox or intersects, not both', 'Leave one of them out.');
  }
  const page = { ...body, limit: Math.min(wanted, fullestPage) };
  if (bbox === undefined) return page;
  const flat = bbox.length === 6 ? [bbox[0], bbox[1], bbox[3], bbox[4]] : [...bbox];
  const [west = 0, south = 0, east = 0, north = 0] = flat;
  if (south > north) {
    throw refused('bbox', 'The south of bbox lies north of its north', 'Its order is west, south, east, north.');
  }
  return { ...page, bbox: [west, south, east, north] };
}

function numbersOf(text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if ((numbers.length === 4 || numbers.length === 6) && numbers.every(Number.isFinite)) return numbers;
  throw refused('bbox', 'bbox is not four (or six) numbers', 'Write it as west,south,east,north in degrees.');
}

function geometryOf(text: string): { type: string } {
  try {
    const geometry: unknown = JSON.parse(text);
    if (typeof geometry === 'object' && geometry !== null && 'type' in geometry && typeof geometry.type === 'string') {
      return geometry as { type: string };
    }
  } catch {
    // Told below, as what is JSON and no geometry is.
  }
  throw refused('intersects', 'intersects is no GeoJSON geometry', 'Give a geometry as JSON, or use bbox.');
}

function sortOf(text: string): { field: string; direction: 'asc' | 'desc' } {
  return { field: text.replace(/^[+ -]/, ''), direction: text.startsWith('-') ? 'desc' : 'asc' };
}

function refused(where: string, what: string, action: string): CairnError {
  return new CairnError('input-invalid', `${what}.`, { where, action });
}
