import { CairnError, type Digest } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';
import { digestOf } from '@cairn/receipt';

const placeholder = /\{[^{}]*\}/g;

/** What is filled in, by its name in small letters: as in XYZ and TMS, as in JOSM, as in WMTS (OGC 07-057r7). */
const values: ReadonlyMap<string, { of: 'zoom' | 'column' | 'row'; value: (tile: Tile) => number }> = new Map([
  ['{z}', { of: 'zoom', value: ({ z }) => z }],
  ['{zoom}', { of: 'zoom', value: ({ z }) => z }],
  ['{tilematrix}', { of: 'zoom', value: ({ z }) => z }],
  ['{x}', { of: 'column', value: ({ x }) => x }],
  ['{tilecol}', { of: 'column', value: ({ x }) => x }],
  ['{y}', { of: 'row', value: ({ y }) => y }],
  ['{tilerow}', { of: 'row', value: ({ y }) => y }],
  ['{-y}', { of: 'row', value: ({ y, z }) => 2 ** z - 1 - y }],
]);

/** `{switch:a,b,c}`, as in JOSM: servers that give the same tiles. */
const alternatives = /^\{switch:([^{},]*)(,[^{},]*)*\}$/i;

/**
 * The address of map tiles with `{z}`, `{x}` and `{y}` (rows from the north) or `{-y}` (rows from the south, as in TMS), or
 * WMTS's `{TileMatrix}`, `{TileCol}` and `{TileRow}`, in place of numbers; the grid is that of web Mercator. The query may hold a key, so it is told to nobody: people and files get `masked`.
 */
export class TileTemplate {
  /** The address with `…` for every value of the query that is not a place. */
  readonly masked: string;
  /** SHA-256 of the address with its key, by which the same one is known again. */
  readonly source: Digest;
  readonly #href: string;

  /**
   * @param href the address, with its key
   * @throws CairnError `input-invalid` with what to write instead; never with the address itself.
   */
  constructor(href: string) {
    const [address = ''] = href.trim().split('#');
    this.#href = address;
    checkPlaceholders(address);
    const url = parsed(fill(address, { x: 0, y: 0, z: 0 }));
    if (url.host !== parsed(fill(address, { x: 1, y: 1, z: 1 })).host) {
      throw refused('has the place of a tile in the name of its host', 'Put {z}, {x} and {y} into its path or query.');
    }
    this.masked = mask(address);
    this.source = digestOf(address);
  }

  /** The address of one tile. */
  url(tile: Tile): URL {
    return new URL(fill(this.#href, tile));
  }
}

/** How people write a tile, and where it is told in an error: `z/x/y`. */
export function nameOf({ x, y, z }: Tile): string {
  return `${z}/${x}/${y}`;
}

function fill(href: string, tile: Tile): string {
  return href.replace(placeholder, (name) => {
    const filled = values.get(name.toLowerCase())?.value(tile) ?? alternatives.exec(name)?.[1] ?? name;
    return String(filled);
  });
}

function checkPlaceholders(href: string): void {
  const names: string[] = href.match(placeholder) ?? [];
  const places = names.flatMap((name) => (alternatives.test(name) ? [] : [name.toLowerCase()]));
  const unknown = places.find((name) => !values.has(name));
  if (unknown === '{tilematrixset}' || unknown === '{style}') {
    throw refused(
      `leaves ${unknown} open`,
      'Write the one that the server names: of tile matrix sets that of web Mercator, as GoogleMapsCompatible.',
    );
  }
  if (unknown !== undefined) {
    throw refused(`holds ${unknown}, which Cairn does not fill in`, 'Write what it stands for, as a for {s}.');
  }
  const used = (of: string): Set<string> => new Set(places.filter((name) => values.get(name)!.of === of));
  if (used('zoom').size === 0 || used('column').size === 0 || used('row').size !== 1) {
    throw refused(
      'does not say where the place of a tile goes',
      'Write {z}, {x} and {y} for zoom, column and row ({TileMatrix}, {TileCol} and {TileRow} of WMTS), or {-y} for rows ' +
        'that count from the south (TMS).',
    );
  }
}

// The parser's own error holds the address, and with it the key: it is not passed on.
function parsed(href: string): URL {
  if (URL.canParse(href)) return new URL(href);
  throw refused('is no address', 'Write it as https://tiles.example.org/{z}/{x}/{y}.png');
}

function mask(href: string): string {
  const at = href.indexOf('?');
  if (at < 0) return href;
  const parts = href.slice(at + 1).split('&');
  return `${href.slice(0, at)}?${parts.map(maskPart).join('&')}`;
}

function maskPart(part: string): string {
  if (part === '') return part;
  const equals = part.indexOf('=');
  if (equals < 0) return isPlace(part) ? part : '…';
  return isPlace(part.slice(equals + 1)) ? part : `${part.slice(0, equals)}=…`;
}

function isPlace(text: string): boolean {
  return values.has(text.toLowerCase());
}

function refused(words: string, action: string): CairnError {
  return new CairnError('input-invalid', `The address of the tiles ${words}.`, {
    where: '/inputs/template/href',
    action,
  });
}
