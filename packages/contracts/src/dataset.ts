import { Type, type Static } from 'typebox';
import { Digest, Identifier } from './digest.ts';

/** Something in a dataset that does not stand in the way of using it, and that its owner should know. */
export const DatasetWarning = Type.Object({
  kind: Type.String({ description: 'a stable name, as outline-off-chips' }),
  words: Type.String({ description: 'what a person reads' }),
  count: Type.Integer({ minimum: 1 }),
  where: Type.Array(Type.String(), { description: 'files, features or OSM elements; the first 20 of them' }),
});
export type DatasetWarning = Static<typeof DatasetWarning>;

/** Data in somebody's Git + DVC repository. */
export const DvcSource = Type.Object(
  {
    url: Type.String({
      // A password would stand in the job's inputs.
      pattern: '^(?![a-z+]+://([^/]*@|.*[?#]))\\S',
      maxLength: 2000,
      title: 'Address of the Git repository',
      description: 'https://HOST/PATH, without user name, password or query',
    }),
    rev: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$',
      description: 'a branch, a tag or a whole commit id',
      title: 'Revision',
    }),
    path: Type.String({
      pattern: '^(?!.*(^|/)\\.{1,2}(/|$))[A-Za-z0-9_.][A-Za-z0-9_./ -]{0,499}$',
      description: 'the folder that DVC pins, inside the repository',
      title: 'Path',
    }),
  },
  { additionalProperties: false, title: 'DVC repository' },
);
export type DvcSource = Static<typeof DvcSource>;

/** What is told of a dataset by whoever adds it. */
export const DatasetTold = Type.Object({
  id: Type.Optional({ ...Identifier, title: 'Id in the catalogue' }),
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200, title: 'Name' })),
  licence: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: 'SPDX identifier', title: 'Licence' }),
  ),
  attribution: Type.Optional(Type.String({ maxLength: 1000, title: 'Whom to name' })),
});
export type DatasetTold = Static<typeof DatasetTold>;

/** Data in somebody's DVC repository that become a dataset, with what the repository does not tell of them. */
export const DvcDataset = Type.Object(
  { ...DvcSource.properties, ...DatasetTold.properties },
  { additionalProperties: false, title: 'DVC repository' },
);
export type DvcDataset = Static<typeof DvcDataset>;

/** One version of a dataset: a content and what is told of it, pinned by a commit of the data repository. */
export const DatasetVersion = Type.Object(
  {
    dataset: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    digest: Digest,
    dvcMd5: Type.String(),
    commit: Type.String({ description: 'of the data repository' }),
    chips: Type.Integer(),
    buildings: Type.Integer(),
    title: Type.String(),
    receipt: Digest,
    actor: Type.String({ description: 'who added it' }),
    at: Type.String({ description: 'RFC 3339' }),
  },
  { $id: 'DatasetVersion' },
);
export type DatasetVersion = Static<typeof DatasetVersion>;

const Rings = Type.Array(Type.Array(Type.Array(Type.Number())), {
  description: 'coordinates of a GeoJSON Polygon in EPSG:4326',
});

/** Where the chips and labels of a version of a dataset lie. */
export const DatasetMap = Type.Object(
  {
    chips: Type.Array(Type.Object({ path: Type.String(), coordinates: Rings })),
    labels: Type.Array(Rings),
    leftOut: Type.Object({ chips: Type.Integer(), labels: Type.Integer() }, { description: 'more than are told' }),
  },
  { $id: 'DatasetMap' },
);
export type DatasetMap = Static<typeof DatasetMap>;

const Changes = Type.Object({
  count: Type.Integer({ minimum: 0 }),
  names: Type.Array(Type.String(), { description: 'the first 100 of them' }),
});

/** What differs between two versions of a dataset. */
export const DatasetDiff = Type.Object(
  {
    dataset: Type.String(),
    from: Type.Integer({ minimum: 1 }),
    to: Type.Integer({ minimum: 1 }),
    chips: Type.Object({ added: Changes, removed: Changes, changed: Changes }),
    labels: Type.Object({ added: Changes, removed: Changes, moved: Changes }),
    properties: Type.Array(
      Type.Object(
        { name: Type.String(), from: Type.Unknown(), to: Type.Unknown() },
        { description: 'of the STAC item' },
      ),
    ),
  },
  { $id: 'DatasetDiff' },
);
export type DatasetDiff = Static<typeof DatasetDiff>;
