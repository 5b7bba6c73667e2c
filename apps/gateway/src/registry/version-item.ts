import type { StacItem } from '../catalog/item.ts';
import type { NewVersion } from './version-row.ts';
import { multihash, type PackageItem } from './package/item.ts';

/** A place as west, south, east, north in EPSG:4326. */
export type Bbox = readonly [number, number, number, number];

/** Id of a version's item: catalogue ids hold no slash. */
export function versionItemId({ model, version }: Pick<NewVersion, 'model' | 'version'>): string {
  return `${model}-${version}`;
}

/** Address of a version's weights, from the root of the gateway. */
export function weightsAddress({ model, version }: Pick<NewVersion, 'model' | 'version'>): string {
  return `/models/${model}/versions/${version}/weights`;
}

/** Address of a file of a package's revision, from the root of the gateway. */
export function packageFileAddress(model: string, packageDigest: string, path: string): string {
  return `/models/${model}/revisions/${packageDigest}/files/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** The polygon of a place. */
export function polygonOf([west, south, east, north]: Bbox): { type: 'Polygon'; coordinates: number[][][] } {
  return {
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
  };
}

/**
 * The STAC item of a version, in the collection `versions`: MLM's description of its model with the hyperparameters, the
 * figures, the place and the weights of this version.
 * @param packageItem the item of its package, whose asset with the role `mlm:model` says how weights are described.
 * @param weightsSize bytes.
 * @param at RFC 3339 in UTC, the time of registration.
 */
export function versionItem(version: NewVersion, packageItem: PackageItem, weightsSize: number, at: string): StacItem {
  const described = packageItem.properties as Record<string, unknown>;
  const kept = Object.entries(described).filter(
    ([name]) => !/^(datetime|start_datetime|end_datetime|created|updated|title|gsd|metrics:.*)$/.test(name),
  );
  const names = Object.keys(packageItem.properties['mlm:hyperparameters']);
  const values = (version.record as { parameters?: Record<string, unknown> }).parameters ?? {};
  const template = Object.values(packageItem.assets).find(({ roles }) => roles?.includes('mlm:model'));
  return {
    ...packageItem,
    id: versionItemId(version),
    collection: 'versions',
    bbox: version.bbox,
    geometry: polygonOf(version.bbox),
    properties: {
      ...Object.fromEntries(kept),
      ...('metrics:test' in described ? measured(version) : {}),
      title: version.title,
      datetime: at,
      gsd: version.gsd,
      'mlm:hyperparameters': Object.fromEntries(
        names.filter((name) => name in values).map((name) => [name, values[name]]),
      ),
      'cairn:model': version.model,
      'cairn:version': version.version,
      'cairn:name': version.name,
      'cairn:weights_digest': version.weights_digest,
      'cairn:package_digest': version.package_digest,
      'cairn:environment_digest': version.environment_digest,
      'cairn:dataset_digest': version.dataset_digest,
      'cairn:run_id': version.run_id,
      'cairn:known': version.known,
      'cairn:data': version.data,
      'cairn:metrics': version.metrics,
      'cairn:threshold': version.threshold,
      'cairn:receipt': version.receipt,
    },
    assets: {
      model: {
        ...template,
        href: weightsAddress(version),
        title: `Weights: ${version.title}`,
        'file:checksum': multihash(version.weights_digest),
        'file:size': weightsSize,
      },
      ...codeAssets(packageItem, version),
      record: {
        href: `/models/${version.model}/versions/${version.version}/record`,
        title: 'Record of the run that made the weights',
        type: 'application/json',
        roles: ['metadata'],
      },
    },
    links: [link('models', version.model), ...(version.dataset === null ? [] : [link('datasets', version.dataset)])],
  };
}

/** Figures as the metrics extension names them: those of a split without its prefix. */
function measured(version: NewVersion): Record<string, unknown> {
  const split = (prefix: string): Record<string, number> =>
    Object.fromEntries(
      Object.entries(version.metrics)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    );
  const validation = split('validation_');
  return {
    'metrics:test': split('test_'),
    ...(Object.keys(validation).length === 0 ? {} : { 'metrics:validation': validation }),
    'metrics:threshold': version.threshold,
    'metrics:dataset': version.dataset_digest,
  };
}

function codeAssets(item: PackageItem, version: NewVersion): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item.assets)
      .filter(([, asset]) => 'mlm:entrypoint' in asset)
      .map(([name, asset]) => [name, { ...asset, href: addressOf(asset.href, item.id, version.package_digest, []) }]),
  );
}

/** Where a file of the package is to be had here. A shipped version's files are had as that version's. */
export function addressOf(href: string, model: string, packageDigest: string, versions: readonly NewVersion[]): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('/')) return href;
  const path = href.replace(/^(\.\/)+/, '');
  const [, name, rest] = /^versions\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const shipped = versions.find((version) => version.name === name);
  if (shipped === undefined || rest === undefined) return packageFileAddress(model, packageDigest, path);
  if (rest === 'model/model.onnx') return weightsAddress(shipped);
  if (rest === 'run.json') return `/models/${model}/versions/${shipped.version}/record`;
  return `/mlflow/get-artifact?${new URLSearchParams({ run_uuid: shipped.run_id, path: rest }).toString()}`;
}

function link(collection: string, id: string): Record<string, string> {
  return {
    rel: 'derived_from',
    href: `/stac/collections/${collection}/items/${id}`,
    type: 'application/geo+json',
  };
}
