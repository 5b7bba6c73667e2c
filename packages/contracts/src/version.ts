import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';

/** The stages of a version, in the order of its life. */
export const Stage = Type.Union([
  Type.Literal('candidate'),
  Type.Literal('staging'),
  Type.Literal('production'),
  Type.Literal('archived'),
  Type.Literal('revoked'),
]);
export type Stage = Static<typeof Stage>;

/** A version as the API lists it. */
export const VersionInfo = Type.Object(
  {
    id: Type.String({ description: 'MODEL/NUMBER' }),
    model: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    name: Type.String({ description: 'what its makers call it' }),
    title: Type.String(),
    stage: Stage,
    author: Type.String(),
    weightsDigest: Digest,
    packageDigest: Digest,
    runId: Type.String(),
    datasetDigest: Type.String(),
    /** Whether Cairn computed the run here, or a record told of it. */
    known: Type.Union([Type.Literal('witnessed'), Type.Literal('imported')]),
    data: Type.Union([Type.Literal('generated'), Type.Literal('real')]),
    gsd: Type.Number(),
    metrics: Type.Record(Type.String(), Type.Number()),
    bbox: Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
    aliases: Type.Array(Type.String()),
    /** Its run was made again: the receipt of that, and whether the weights were the same. Null: not tried. */
    reproduced: Type.Union([Type.Object({ digest: Digest, same: Type.Boolean() }), Type.Null()]),
  },
  { $id: 'VersionInfo' },
);
export type VersionInfo = Static<typeof VersionInfo>;

/** Why something is done, in words: never only blanks. */
export const Reason = Type.String({ minLength: 3, maxLength: 2000, pattern: '\\S[\\s\\S]*\\S', title: 'Why' });

/** What the results of a version are for: licences forbid some uses, and the approval says for which one it was given. */
export const DeclaredUse = Type.Union(
  [
    Type.Literal('relief', { description: 'relief work without commerce, under the terms of data and weights' }),
    Type.Literal('open', { description: 'published for everybody under an open licence, as in OpenStreetMap' }),
    Type.Literal('own', { description: 'given on under terms of one’s own' }),
  ],
  { title: 'What the results are for' },
);
export type DeclaredUse = Static<typeof DeclaredUse>;

/** Asking for a stage. */
export const StageChange = Type.Object(
  {
    to: Stage,
    reason: Reason,
    approveOwn: Type.Optional(
      Type.Boolean({ default: false, description: 'the single owner approves their own; the receipt says so' }),
    ),
    use: Type.Optional(DeclaredUse),
    evidence: Type.Optional(
      Type.String({ pattern: '^sha256:[0-9a-f]{64}$', description: 'digest of the evidence that was shown' }),
    ),
    makeDefault: Type.Optional(
      Type.Boolean({ default: false, description: 'into production only: who names no version gets this one' }),
    ),
  },
  { additionalProperties: false, $id: 'StageChange' },
);
export type StageChange = Static<typeof StageChange>;

/** Asking to go back to an earlier version of a model. */
export const RollBack = Type.Object(
  {
    to: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 999_999_999, description: 'left out: the version approved last before' }),
    ),
    reason: Reason,
    approveOwn: Type.Optional(Type.Boolean({ default: false, description: 'as for a stage' })),
    use: Type.Optional(DeclaredUse),
  },
  { additionalProperties: false, $id: 'RollBack' },
);
export type RollBack = Static<typeof RollBack>;
