import { useQuery } from '@tanstack/react-query';
import type { DatasetWarning } from '@cairn/contracts';
import { itemsOf, type Bbox } from '../gateway.ts';
import type { Formats } from '../language/format.ts';

/** A dataset of the catalogue, as it is now. */
export interface DatasetChoice {
  id: string;
  title: string;
  licence: string;
  attribution: string;
  /** Metres a pixel on the ground. */
  gsd: number;
  bbox: Bbox;
  chips: number;
  buildings: number;
  areaKm2: number;
  /** Share of its area that is building, 0..1. */
  buildingShare: number;
  data: 'generated' | 'real';
  version: number;
  digest: string;
  warnings: DatasetWarning[];
  /** RFC 3339 */
  updated: string;
}

interface DatasetItem {
  id: string;
  bbox: Bbox;
  properties: {
    title: string;
    license?: string;
    'cairn:licence'?: string;
    providers?: { name: string }[];
    updated: string;
    gsd: number;
    'cairn:version': number;
    'cairn:digest': string;
    'cairn:chips': number;
    'cairn:buildings': number;
    'cairn:area_km2': number;
    'cairn:building_share': number;
    'cairn:data': 'generated' | 'real';
    'cairn:warnings'?: DatasetWarning[];
  };
}

/** Every dataset, the newest first. */
export function useDatasets() {
  return useQuery({ queryKey: ['datasets'], queryFn: readDatasets });
}

async function readDatasets(): Promise<DatasetChoice[]> {
  const items = await itemsOf<DatasetItem>('datasets');
  return items
    .map(({ id, bbox, properties }) => ({
      id,
      title: properties.title,
      licence: properties['cairn:licence'] ?? properties.license ?? '',
      attribution: (properties.providers ?? []).map(({ name }) => name).join(', '),
      gsd: properties.gsd,
      bbox,
      chips: properties['cairn:chips'],
      buildings: properties['cairn:buildings'],
      areaKm2: properties['cairn:area_km2'],
      buildingShare: properties['cairn:building_share'],
      data: properties['cairn:data'],
      version: properties['cairn:version'],
      digest: properties['cairn:digest'],
      warnings: properties['cairn:warnings'] ?? [],
      updated: properties.updated,
    }))
    .sort((a, b) => b.updated.localeCompare(a.updated));
}

/** What the words `dataset.brief` tell of a dataset. */
export function briefOf({ chips, buildings, areaKm2, licence }: DatasetChoice, formats: Formats) {
  return { chips, buildings: formats.count(buildings), area: formats.km2(areaKm2), licence };
}
