import { CairnError } from '@cairn/contracts';
import type { Tile } from '@cairn/geo';

const placeholder = /\{[^{}]*\}/g;
const known = new Set(['{z}', '{x}', '{y}', '{-y}']);

/**
 * The address of map tiles with `{z}`, `{x}` and `{y}` (rows from the north) or `{-y}` (rows from the south, as in TMS) in
 * place of numbers. The query may hold a key, so it is told to nobody: people and files get `masked`.
 */
export class TileTemplate {
  /** The address with `…` for every value of the query that is not a place. */
  readonly masked: string;
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

function fill(href: string, { x, y, z }: Tile): string {
  const values: Record<string, number> = { '{z}': z, '{x}': x, '{y}': y, '{-y}': 2 ** z - 1 - y };
  return href.replace(placeholder, (name) => String(values[name] ?? name));
}

function checkPlaceholders(href: string): void {
  const names: string[] = href.match(placeholder) ?? [];
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw refused(`holds ${unknown}, which Cairn does not fill in`, 'Write what it stands for, as a for {s}.');
  }
  const rows = new Set(names.filter((name) => name === '{y}' || name === '{-y}'));
  if (!names.includes('{z}') || !names.includes('{x}') || rows.size !== 1) {
    throw refused(
      'does not say where the place of a tile goes',
      'Write {z}, {x} and {y} for zoom, column and row, or {-y} for rows that count from the south (TMS).',
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
  if (equals < 0) return known.has(part) ? part : '…';
  return known.has(part.slice(equals + 1)) ? part : `${part.slice(0, equals)}=…`;
}

function refused(words: string, action: string): CairnError {
  return new CairnError('input-invalid', `The address of the tiles ${words}.`, {
    where: '/inputs/template/href',
    action,
  });
}
