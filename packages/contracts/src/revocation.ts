import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';
import { Answers } from './departure.ts';
import { Reason } from './version.ts';

const Kind = Type.Union([Type.Literal('version'), Type.Literal('dataset'), Type.Literal('package')]);

/** Asking to take back a version, a dataset or a package, with everything that came of it. */
export const RevocationAsked = Type.Object(
  {
    kind: Kind,
    id: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'MODEL/NUMBER; the name of a dataset or a model, for all its contents; or the digest of one content',
    }),
    reason: Reason,
    dryRun: Type.Optional(Type.Boolean({ default: false, title: 'Only tell what would be revoked' })),
  },
  { additionalProperties: false, $id: 'RevocationAsked' },
);
export type RevocationAsked = Static<typeof RevocationAsked>;

/** What was revoked, or would be. */
export const RevocationResult = Type.Object(
  {
    kind: Kind,
    name: Type.String(),
    digests: Type.Array(Digest, { description: 'what was revoked, by content' }),
    versions: Type.Array(Type.String(), { description: 'MODEL/NUMBER, that this brings to the stage revoked' }),
    predictions: Type.Array(Type.String(), { description: 'ids of the predictions that this marks' }),
    answers: Type.Array(Answers, { description: 'of each model that these versions are of' }),
    receipt: Type.Union([Digest, Type.Null()], { description: 'null where it was only asked' }),
  },
  { $id: 'RevocationResult' },
);
export type RevocationResult = Static<typeof RevocationResult>;

/** A revocation as it is told to whoever holds a digest that it concerns. */
export const Revocation = Type.Object(
  {
    kind: Kind,
    name: Type.String(),
    digests: Type.Array(Digest),
    reason: Type.String(),
    by: Type.String(),
    at: Type.String({ description: 'RFC 3339' }),
    receipt: Digest,
    bundle: Type.Unknown({ description: 'the signed receipt, a Sigstore bundle' }),
  },
  { $id: 'Revocation' },
);
export type Revocation = Static<typeof Revocation>;
