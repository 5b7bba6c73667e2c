import { CairnError, Identifier } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import type { PackageFiles } from './files.ts';

/** Where a package's STAC item lies in it. */
export const itemFile = 'stac-item.json';

const Asset = Type.Object({
  href: Type.String({ minLength: 1 }),
  type: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
  roles: Type.Optional(Type.Array(Type.String())),
  'file:checksum': Type.Optional(Type.String()),
  'file:size': Type.Optional(Type.Integer()),
});
export type PackageAsset = Static<typeof Asset>;

/** A package's STAC item, as far as Cairn reads it; the whole item is held to STAC's and MLM's schemas beside. */
export const PackageItem = Type.Object({
  type: Type.Literal('Feature'),
  stac_version: Type.String(),
  id: Identifier,
  bbox: Type.Array(Type.Number(), { minItems: 4, maxItems: 4, description: 'EPSG:4326' }),
  geometry: Type.Object({ coordinates: Type.Array(Type.Unknown(), { minItems: 1 }) }),
  stac_extensions: Type.Array(Type.String()),
  properties: Type.Object({
    title: Type.String({ minLength: 1, maxLength: 200 }),
    license: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9.+ ()-]{1,99}$', description: 'SPDX expression' }),
    'mlm:hyperparameters': Type.Record(Type.String(), Type.Unknown()),
    'cairn:held_out': Type.Optional(
      Type.Literal('easternmost-column', { description: 'the chips of a dataset that its trainings never see' }),
    ),
  }),
  assets: Type.Record(Type.String(), Asset),
});
export type PackageItem = Static<typeof PackageItem>;

/**
 * Reads the parts of a package's item that Cairn works with.
 * @throws CairnError `item-invalid` with the member that does not fit; `package-file-missing`, `package-invalid`.
 */
export async function readItem(files: PackageFiles): Promise<PackageItem> {
  const value = await files.json(itemFile);
  if (Value.Check(PackageItem, value)) return value;
  const [first] = Value.Errors(PackageItem, value);
  throw refused(first?.instancePath ?? '', first?.message ?? 'does not fit');
}

/** Schemas that a package brings for extensions of its own, by the address under which its item names them. */
export async function ownSchemas(item: PackageItem, files: PackageFiles): Promise<Record<string, unknown>> {
  const schemas: Record<string, unknown> = {};
  for (const asset of Object.values(item.assets)) {
    const path = packagePath(asset);
    if (asset.type !== 'application/schema+json' || path === null || !files.has(path)) continue;
    const schema = await files.json(path);
    const id = typeof schema === 'object' && schema !== null && '$id' in schema ? schema.$id : undefined;
    if (typeof id === 'string' && item.stac_extensions.includes(id)) schemas[id] = schema;
  }
  return schemas;
}

/** The path in the package that an asset's address names; null where it names a place outside. */
export function packagePath({ href }: PackageAsset): string | null {
  return /^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith('/') ? null : href.replace(/^(\.\/)+/, '');
}

/**
 * Checks that the item's assets are the package's files: there, and of the size and SHA-256 (multihash) that it names.
 * Files below `versions/` too, since the item's figures are theirs.
 * @throws CairnError `package-file-missing`, `item-invalid`.
 */
export async function checkAssets(item: PackageItem, files: PackageFiles): Promise<number> {
  let checked = 0;
  for (const [name, asset] of Object.entries(item.assets)) {
    const path = packagePath(asset);
    if (path === null) continue;
    const digest = files.digestOf(path);
    const checksum = asset['file:checksum'];
    if (checksum !== undefined && checksum !== multihash(digest)) {
      throw refused(`/assets/${name}/file:checksum`, `is not the checksum of ${path}, which is ${multihash(digest)}`);
    }
    const size = asset['file:size'];
    if (size !== undefined && size !== (await files.size(path))) {
      throw refused(
        `/assets/${name}/file:size`,
        `is not the size of ${path}, which is ${await files.size(path)} bytes`,
      );
    }
    checked++;
  }
  return checked;
}

/** A SHA-256 digest as multihash, as STAC's file extension writes checksums: function 0x12, length 0x20, hexadecimal. */
export function multihash(digest: string): string {
  return `1220${digest.slice('sha256:'.length)}`;
}

function refused(pointer: string, problem: string): CairnError {
  return new CairnError('item-invalid', `In ${itemFile}, ${pointer === '' ? 'the item' : pointer} ${problem}.`, {
    where: `${itemFile}#${pointer}`,
    action: `Correct ${itemFile}; the Building Detector's program "python -m building_detector.item" writes what can be computed.`,
  });
}
