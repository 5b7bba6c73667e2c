import type { Digest, FileSet } from '@cairn/contracts';
import type { StacItem } from '../catalog/item.ts';
import type { PackageEnvironment } from './package/python-env.ts';
import { multihash, type PackageAsset, type PackageItem, packagePath } from './package/item.ts';
import type { NewRevision } from './package/revision.ts';
import type { NewVersion } from './version-row.ts';
import { addressOf, type Bbox, fileExtension, packageFileAddress, polygonOf } from './version-item.ts';

/** What is known of a package's bytes, for its item. */
export interface PackageBytes {
  environment: PackageEnvironment;
  /** Every file, shipped versions' too. */
  files: FileSet;
  /** Bytes of each file, by its digest. */
  sizes: ReadonlyMap<Digest, number>;
  archive: { digest: Digest; size: number };
}

/**
 * The STAC item of a revision of a model, in the collection `models`: the package's own, at the place of the model's versions,
 * its assets at this gateway and each pinned by its digest, with the archive of the content and the image beside them.
 * @param versions those that the package ships, whose files its assets are; and all of the model, at whose place it lies.
 * Without one the place is what the package says of itself.
 */
export function modelItem(
  packageItem: PackageItem,
  revision: NewRevision,
  bytes: PackageBytes,
  versions: { shipped: readonly NewVersion[]; all: readonly NewVersion[] },
): StacItem {
  const { model, package_digest: digest } = revision;
  const { shipped, all } = versions;
  const place = all.length === 0 ? {} : placeOf(all.map(({ bbox }) => bbox));
  return {
    ...packageItem,
    stac_extensions: [...new Set([...packageItem.stac_extensions, fileExtension])],
    collection: 'models',
    ...place,
    properties: {
      ...packageItem.properties,
      'cairn:package_digest': digest,
      'cairn:environment_digest': revision.environment_digest,
      'cairn:image': revision.image ?? null,
      'cairn:tried': (revision.trial ?? null) !== null,
      'cairn:place': all.length === 0 ? 'declared' : 'computed',
      'cairn:commit': revision.commit,
      'cairn:receipt': revision.receipt,
      'cairn:mlflow_model': model,
    },
    assets: {
      ...Object.fromEntries(
        Object.entries(packageItem.assets).map(([name, asset]) => [
          name,
          { ...asset, href: addressOf(asset.href, model, digest, shipped), ...pinned(asset, bytes) },
        ]),
      ),
      ...environmentAsset(packageItem, revision, bytes),
      archive: {
        href: archiveAddress(model, digest),
        title: 'The whole content of this revision',
        type: 'application/x-tar',
        roles: ['archive', 'code'],
        'file:checksum': multihash(bytes.archive.digest),
        'file:size': bytes.archive.size,
      },
      ...imageAsset(revision.image ?? null),
    },
    links: [],
  };
}

/** Address of the archive of a revision, from the root of the gateway. */
export function archiveAddress(model: string, packageDigest: Digest): string {
  return `/models/${model}/revisions/${packageDigest}/archive`;
}

/** Checksum and size of a file of the package, whether or not the package's author wrote them down. */
function pinned(asset: PackageAsset, { files, sizes }: PackageBytes): object {
  const path = packagePath(asset);
  const file = files.find((one) => one.path === path);
  if (file === undefined) return {};
  return { 'file:checksum': multihash(file.digest), 'file:size': sizes.get(file.digest) };
}

/** The file that pins the environment, where the package's own item does not name it. */
function environmentAsset(item: PackageItem, { model, package_digest }: NewRevision, bytes: PackageBytes): object {
  const { lock, digest } = bytes.environment;
  if (Object.values(item.assets).some((asset) => packagePath(asset) === lock)) return {};
  return {
    'environment-lock': {
      href: packageFileAddress(model, package_digest, lock),
      title: 'Every Python package of the environment, by version',
      type: 'text/plain',
      roles: ['metadata', 'environment'],
      'file:checksum': multihash(digest),
      'file:size': bytes.sizes.get(digest),
    },
  };
}

/**
 * The image's manifest as its registry serves it; what is checked of it is the digest. Its media type, Docker's or OCI's, is
 * its builder's choice and not told here. As for docker, a registry on this machine speaks plain http.
 */
function imageAsset(image: string | null): object {
  const [, host, name, digest] = /^([^/]+)\/(.+)@(sha256:[0-9a-f]{64})$/.exec(image ?? '') ?? [];
  if (host === undefined || name === undefined || digest === undefined) return {};
  return {
    image: {
      href: `${/^(localhost|127\.[0-9.]+)(:|$)/.test(host) ? 'http' : 'https'}://${host}/v2/${name}/manifests/${digest}`,
      title: `Container image ${image ?? ''}`,
      roles: ['mlm:container', 'mlm:training-runtime', 'mlm:inference-runtime'],
      'file:checksum': multihash(digest),
    },
  };
}

function placeOf(places: readonly Bbox[]): { bbox: number[]; geometry: object } {
  const box: Bbox = [
    Math.min(...places.map(([west]) => west)),
    Math.min(...places.map(([, south]) => south)),
    Math.max(...places.map(([, , east]) => east)),
    Math.max(...places.map(([, , , north]) => north)),
  ];
  return { bbox: [...box], geometry: polygonOf(box) };
}
