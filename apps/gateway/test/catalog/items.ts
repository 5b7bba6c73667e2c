import type { StacItem } from '../../src/catalog/item.ts';

/** A place of one degree, `west` its western border. */
export function place(west: number, south = 0) {
  const [east, north] = [west + 1, south + 1];
  return {
    bbox: [west, south, east, north],
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [west, south],
          [east, south],
          [east, north],
          [west, north],
          [west, south],
        ],
      ],
    },
  };
}

/** A valid item of the collection `imagery`. */
export function image(id: string, west = 0, more: Record<string, unknown> = {}): StacItem {
  return {
    type: 'Feature',
    stac_version: '1.1.0',
    stac_extensions: [],
    id,
    collection: 'imagery',
    ...place(west),
    properties: { title: id, datetime: '2026-01-02T00:00:00Z', license: 'CC0-1.0' },
    links: [{ rel: 'derived_from', href: '/stac/collections/models/items/m' }],
    assets: { image: { href: `/imagery/${id}/image.tif`, type: 'image/tiff; application=geotiff' } },
    ...more,
  };
}

/** A valid item with MLM: a model that takes RGB and answers a probability. */
export function model(id: string): StacItem {
  const result = { shape: [-1, 1, -1, -1], dim_order: ['batch', 'channel', 'height', 'width'], data_type: 'float32' };
  return {
    ...image(id),
    collection: 'models',
    stac_extensions: [
      'https://stac-extensions.github.io/mlm/v1.5.2/schema.json',
      'https://stac-extensions.github.io/file/v2.1.0/schema.json',
    ],
    properties: {
      title: id,
      datetime: null,
      start_datetime: '1970-01-01T00:00:00Z',
      end_datetime: '2026-01-02T00:00:00Z',
      'mlm:name': id,
      'mlm:architecture': 'U-Net',
      'mlm:tasks': ['semantic-segmentation'],
      'mlm:input': [
        {
          name: 'image',
          bands: [],
          input: { shape: [-1, 3, -1, -1], dim_order: ['batch', 'channel', 'height', 'width'], data_type: 'float32' },
        },
      ],
      'mlm:output': [{ name: 'probability', tasks: ['semantic-segmentation'], result }],
    },
    links: [],
    assets: {
      weights: {
        href: '/models/m/versions/1/weights',
        roles: ['mlm:model'],
        'mlm:artifact_type': 'onnx',
        'file:checksum': `1220${'ab'.repeat(32)}`,
      },
    },
  };
}
