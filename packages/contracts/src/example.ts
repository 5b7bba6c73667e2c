import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';
import { DataRelation } from './relation.ts';

const count = Type.Integer({ minimum: 0 });

/** One chip of a dataset with what a version found on it, drawn beside the labels. */
export const Example = Type.Object({
  chip: Type.String({ description: 'path in the dataset' }),
  chipDigest: Digest,
  digest: Digest,
  href: Type.String({ description: 'address of the picture; with "?width=320|640|1280" as WebP' }),
  width: Type.Integer({ minimum: 1, description: 'pixels of the picture' }),
  height: Type.Integer({ minimum: 1, description: 'pixels of the picture' }),
  hits: { ...count, description: 'labelled buildings that were found, overlapping by half or more' },
  misses: { ...count, description: 'labelled buildings that were not' },
  inventions: { ...count, description: 'outlines that are no labelled building' },
});
export type Example = Static<typeof Example>;

/** What the chips are of: those that the package holds out of every training, or any of the dataset. */
export const ExamplePart = Type.Union([Type.Literal('held-out'), Type.Literal('any')]);
export type ExamplePart = Static<typeof ExamplePart>;

/** Example pictures of a version on a dataset, with what made them. */
export const ExampleSet = Type.Object(
  {
    version: Type.String({ description: 'MODEL/NUMBER' }),
    weightsDigest: Digest,
    packageDigest: Digest,
    dataset: Type.String(),
    title: Type.String({ description: 'of the dataset' }),
    licence: Type.String({ description: 'of the dataset, whose images are shown' }),
    attribution: Type.String(),
    datasetVersion: Type.Integer({ minimum: 1 }),
    datasetDigest: Digest,
    commit: Type.String({ description: 'of the data repository, which pins that version' }),
    part: ExamplePart,
    relation: DataRelation,
    words: Type.String({ description: 'which chips these are and how they were chosen' }),
    software: Type.String({ description: 'the version of Cairn that drew them' }),
    at: Type.String({ description: 'RFC 3339' }),
    pictures: Type.Array(Example),
  },
  { $id: 'ExampleSet' },
);
export type ExampleSet = Static<typeof ExampleSet>;
