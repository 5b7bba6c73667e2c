import type { DatasetWarning, Digest, FileEntry } from '@cairn/contracts';
import { polygonCoordinates, unitsOf } from '@cairn/geo';
import type { Link } from '../catalog/item.ts';
import { licenceMembers, type LicenceMembers, licenceOf } from '../catalog/licence.ts';
import { versionExtension } from '../catalog/version-extension.ts';
import type { DatasetFacts } from './dataset.ts';
import type { Origin } from './origin/data-origin.ts';

/** What is told of a dataset by whoever adds it. */
export interface DatasetLabel {
  id: string;
  title: string;
  licence: string;
  attribution: string;
}

/** By what a dataset's content is known: SHA-256 over its list of files, DVC's MD5 of the folder, its newest receipt. */
export interface DatasetPin {
  digest: Digest;
  dvcMd5: string;
  receipt: Digest;
  /** The file that the labels were converted from; its bytes are kept by that digest. */
  labelsFrom?: FileEntry;
  /** The repository that it was fetched from. */
  origin?: Origin;
}

/** A dataset as the catalogue holds it. */
export type Dataset = DatasetLabel & DatasetPin & DatasetFacts;

interface DatasetProperties extends LicenceMembers {
  title: string;
  providers?: { name: string; roles: string[] }[];
  gsd: number;
  'cairn:version': number;
  'cairn:digest': Digest;
  'cairn:dvc_md5': string;
  'cairn:receipt': Digest;
  'cairn:chips': number;
  'cairn:buildings': number;
  'cairn:area_km2': number;
  'cairn:building_share': number;
  'cairn:data': 'generated' | 'real';
  'cairn:warnings'?: DatasetWarning[];
  'cairn:labels_from'?: FileEntry;
  'cairn:source'?: Origin;
}

/** The part of a dataset's STAC item by which it is known again. */
export interface DatasetItem extends Record<string, unknown> {
  id: string;
  collection: 'datasets';
  bbox: DatasetFacts['bbox'];
  properties: DatasetProperties;
}

/**
 * The STAC item of a dataset. Its extent, size and balance of classes are computed. When its images were taken is seldom
 * told: `end_datetime` says that it was before it was added.
 * @param at RFC 3339 in UTC, when it was added.
 * @param version its number, from 1.
 */
export function datasetItem(dataset: Dataset, at: string, version: number): DatasetItem {
  const [west, south, east, north] = dataset.bbox.map(unitsOf) as [number, number, number, number];
  return {
    type: 'Feature',
    stac_version: '1.1.0',
    stac_extensions: [versionExtension],
    id: dataset.id,
    collection: 'datasets',
    bbox: dataset.bbox,
    geometry: {
      type: 'Polygon',
      coordinates: polygonCoordinates([[west, south, east, south, east, north, west, north]]),
    },
    properties: {
      title: dataset.title,
      datetime: null,
      start_datetime: '1970-01-01T00:00:00Z',
      end_datetime: at,
      updated: at,
      version: String(version),
      ...licenceMembers(dataset.licence),
      ...(dataset.attribution === '' ? {} : { providers: [{ name: dataset.attribution, roles: ['licensor'] }] }),
      gsd: dataset.gsd,
      'cairn:version': version,
      'cairn:digest': dataset.digest,
      'cairn:dvc_md5': dataset.dvcMd5,
      'cairn:receipt': dataset.receipt,
      'cairn:chips': dataset.chips,
      'cairn:buildings': dataset.buildings,
      'cairn:area_km2': dataset.areaKm2,
      'cairn:building_share': dataset.buildingShare,
      'cairn:data': dataset.generated ? 'generated' : 'real',
      'cairn:warnings': dataset.warnings,
      ...(dataset.labelsFrom === undefined ? {} : { 'cairn:labels_from': dataset.labelsFrom }),
      ...(dataset.origin === undefined ? {} : { 'cairn:source': dataset.origin }),
    } as DatasetProperties,
    assets: {
      data: {
        href: `urn:dvc:md5:${dataset.dvcMd5}`,
        title: 'Chips and labels, in the DVC remote of this installation',
        roles: ['data'],
      },
    },
    links: version === 1 ? [] : [versionLink('predecessor-version', dataset.id, version - 1)],
  };
}

/** A link to a version of a dataset, from the root of the gateway. */
export function versionLink(rel: string, id: string, version: number): Link {
  return {
    rel,
    href: `/datasets/${id}/versions/${version}`,
    type: 'application/geo+json',
    title: `Version ${version}`,
  };
}

/** The dataset that an item describes. */
export function datasetOf({ id, bbox, properties }: DatasetItem): Dataset {
  return {
    id,
    bbox,
    title: properties.title,
    licence: licenceOf(properties),
    attribution: properties.providers?.[0]?.name ?? '',
    gsd: properties.gsd,
    digest: properties['cairn:digest'],
    dvcMd5: properties['cairn:dvc_md5'],
    receipt: properties['cairn:receipt'],
    chips: properties['cairn:chips'],
    buildings: properties['cairn:buildings'],
    areaKm2: properties['cairn:area_km2'],
    buildingShare: properties['cairn:building_share'],
    generated: properties['cairn:data'] === 'generated',
    warnings: properties['cairn:warnings'] ?? [],
    ...(properties['cairn:labels_from'] === undefined ? {} : { labelsFrom: properties['cairn:labels_from'] }),
    ...(properties['cairn:source'] === undefined ? {} : { origin: properties['cairn:source'] }),
  };
}

/** What events and receipts about a dataset name as their subject. */
export function datasetSubject(id: string): string {
  return `dataset:${id}`;
}
