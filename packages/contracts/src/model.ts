import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';

/** A revision of a model's package: one content, by digest. */
export const RevisionInfo = Type.Object({
  number: Type.Integer({ minimum: 1, description: 'its place among the revisions, counted from 1' }),
  packageDigest: Digest,
  commit: Type.Union([Type.String(), Type.Null()]),
  environmentDigest: Digest,
  image: Type.Union([Type.String(), Type.Null()], { description: 'REGISTRY/NAME@sha256:<hex>' }),
  archive: Type.Union([Digest, Type.Null()], { description: 'digest of the tar archive of its files' }),
  files: Type.Integer(),
  tried: Type.Boolean({ description: 'whether its entry points were seen to run here, on tiny data' }),
  receipt: Digest,
  at: Type.String({ description: 'RFC 3339' }),
});
export type RevisionInfo = Static<typeof RevisionInfo>;

/** A model as the API lists it. */
export const ModelInfo = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    licence: Type.String(),
    versions: Type.Integer({ description: 'how many versions it has, of any stage' }),
    revisions: Type.Array(RevisionInfo, { description: 'the newest first' }),
  },
  { $id: 'ModelInfo' },
);
export type ModelInfo = Static<typeof ModelInfo>;
