import type { Digest } from '@cairn/contracts';
import type { Bbox } from '@cairn/geo';
import type { Catalog } from '../catalog/catalog.ts';
import { type LicenceMembers, licenceOf } from '../catalog/licence.ts';
import { digestOfMultihash } from './imagery-item.ts';
import type { TileGap } from './xyz/gaps.ts';

/** Imagery as the catalogue holds it. */
export interface Imagery {
  id: string;
  title: string;
  licence: string;
  attribution: string;
  /** SHA-256 of its GeoTIFF in the object store. */
  digest: Digest;
  /** SHA-256 of what was added: the same, or that of the set of chips. */
  source: Digest;
  bbox: Bbox;
  /** Metres a pixel on the ground. */
  gsd: number;
  /** The tiles that it lacks, where it is made of tiles. */
  gaps: TileGap[];
}

/** Images that are remembered: a screenful of map tiles asks for the same one over and over. */
const mostRemembered = 100;

/** The imagery of the catalogue. What an id names never changes, so it is remembered. */
export class Imageries {
  readonly #catalog: Pick<Catalog, 'get'>;
  readonly #remembered = new Map<string, Imagery>();

  constructor(options: { catalog: Pick<Catalog, 'get'> }) {
    this.#catalog = options.catalog;
  }

  /**
   * Imagery by its id.
   * @throws CairnError `not-found`.
   */
  async get(id: string): Promise<Imagery> {
    const remembered = this.#remembered.get(id);
    if (remembered !== undefined) return remembered;
    const imagery = toImagery((await this.#catalog.get('imagery', id)) as unknown as ImageryItem);
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size >= mostRemembered) this.#remembered.delete(oldest);
    this.#remembered.set(id, imagery);
    return imagery;
  }
}

/** The members of an item that `imageryItem` wrote. */
interface ImageryItem {
  id: string;
  bbox: Bbox;
  properties: LicenceMembers & {
    title: string;
    gsd: number;
    providers?: { name: string }[];
    'cairn:source_digest': Digest;
    'cairn:gaps'?: TileGap[];
  };
  assets: { image: { 'file:checksum': string } };
}

function toImagery({ id, bbox, properties, assets }: ImageryItem): Imagery {
  const digest = digestOfMultihash(assets.image['file:checksum']);
  if (digest === undefined) throw new Error(`The item of imagery ${id} holds no SHA-256 of its image.`);
  return {
    id,
    bbox,
    digest,
    title: properties.title,
    licence: licenceOf(properties),
    attribution: properties.providers?.[0]?.name ?? '',
    source: properties['cairn:source_digest'],
    gsd: properties.gsd,
    gaps: properties['cairn:gaps'] ?? [],
  };
}
