import type { StacItem } from '../catalog/item.ts';
import { calibrationFile } from './calibration.ts';
import type { NewVersion } from './version-row.ts';
import { describedNetwork } from './onnx/described.ts';
import { readNetwork } from './onnx/network.ts';
import { multihash, type PackageItem } from './package/item.ts';
import { cardFile, mediaTypeOf, picturesOf } from './version-files.ts';

/** STAC's extension for checksums and sizes. */
export const fileExtension = 'https://stac-extensions.github.io/file/v2.1.0/schema.json';

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

/** Address of the card or a picture of a version, from the root of the gateway. With its digest it never changes. */
export function versionFileAddress(
  { model, version, files }: Pick<NewVersion, 'model' | 'version' | 'files'>,
  path: string,
): string {
  const digest = files[path]?.digest;
  const address = `/models/${model}/versions/${version}/files/${encodeURIComponent(path)}`;
  return digest === undefined ? address : `${address}?digest=${digest}`;
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
 * @param weights their bytes, of which the network is described.
 * @param at RFC 3339 in UTC, the time of registration.
 */
export function versionItem(version: NewVersion, packageItem: PackageItem, weights: Uint8Array, at: string): StacItem {
  const described = packageItem.properties as Record<string, unknown>;
  const kept = Object.entries(describedNetwork(described, readNetwork(weights))).filter(
    ([name]) => !/^(datetime|start_datetime|end_datetime|created|updated|title|gsd|metrics:.*)$/.test(name),
  );
  const names = Object.keys(packageItem.properties['mlm:hyperparameters']);
  const values = (version.record as { parameters?: Record<string, unknown> }).parameters ?? {};
  const template = Object.values(packageItem.assets).find(({ roles }) => roles?.includes('mlm:model'));
  return {
    ...packageItem,
    stac_extensions: [...new Set([...packageItem.stac_extensions, fileExtension])],
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
        'file:size': weights.length,
      },
      ...codeAssets(packageItem, version),
      ...fileAssets(version),
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

/** The card, and the pictures; one of these stands for the version in a list. */
function fileAssets(version: NewVersion): Record<string, unknown> {
  const { files } = version;
  const pictures = picturesOf(files);
  const thumbnail = ['thumbnail', 'predictions', ''].flatMap((name) =>
    pictures.filter((path) => path.startsWith(`${name}.`) || name === ''),
  )[0];
  const asset = (path: string, title: string, roles: string[]): object => ({
    href: versionFileAddress(version, path),
    title,
    type: mediaTypeOf(path)?.replace(/;.*/, ''),
    roles,
    'file:checksum': multihash(files[path]!.digest),
    'file:size': files[path]!.size,
  });
  return {
    ...(cardFile in files ? { card: asset(cardFile, 'Model card', ['metadata']) } : {}),
    ...(calibrationFile in files ? { calibration: asset(calibrationFile, 'Calibration', ['metadata']) } : {}),
    ...Object.fromEntries(
      pictures.map((path) => {
        const name = path.replace(/\.[^.]+$/, '');
        const roles = ['overview', ...(path === thumbnail ? ['thumbnail'] : [])];
        return [`picture-${name}`, asset(path, `Picture: ${name}`, roles)];
      }),
    ),
  };
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
  if (Object.hasOwn(shipped.files, rest)) return versionFileAddress(shipped, rest);
  return `/mlflow/get-artifact?${new URLSearchParams({ run_uuid: shipped.run_id, path: rest }).toString()}`;
}

function link(collection: string, id: string): Record<string, string> {
  return {
    rel: 'derived_from',
    href: `/stac/collections/${collection}/items/${id}`,
    type: 'application/geo+json',
  };
}
