import { useQuery } from '@tanstack/react-query';
import { itemsOf, type Bbox } from '../gateway.ts';

/** Imagery of the catalogue, as a reader chooses it. */
export interface ImageryChoice {
  id: string;
  title: string;
  licence: string;
  attribution: string;
  /** Metres a pixel on the ground. */
  gsd: number;
  bbox: Bbox;
  /** Outline of the image on the ground. */
  geometry: { type: 'Polygon'; coordinates: number[][][] };
  /** RFC 3339 */
  created: string;
}

interface ImageryItem {
  id: string;
  bbox: Bbox;
  geometry: ImageryChoice['geometry'];
  properties: {
    title: string;
    /** `other` where it is an expression (STAC 1.1), which then stands beside it. */
    license?: string;
    'cairn:licence'?: string;
    gsd: number;
    created: string;
    providers?: { name: string }[];
  };
}

/** The key under which the imagery is kept. */
export const imageryKey = ['imagery'] as const;

/** All imagery, the newest first. */
export function useImagery() {
  return useQuery({ queryKey: imageryKey, queryFn: readImagery });
}

async function readImagery(): Promise<ImageryChoice[]> {
  const items = await itemsOf<ImageryItem>('imagery');
  return items
    .map(({ id, bbox, geometry, properties }) => ({
      id,
      title: properties.title,
      licence: properties['cairn:licence'] ?? properties.license ?? '',
      attribution: (properties.providers ?? []).map(({ name }) => name).join(', '),
      gsd: properties.gsd,
      bbox,
      geometry,
      created: properties.created,
    }))
    .sort((a, b) => b.created.localeCompare(a.created));
}
