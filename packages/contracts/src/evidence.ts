import { Type, type Static } from 'typebox';
import { Digest } from './digest.ts';
import { ExampleSet } from './example.ts';
import { ShadowRecord } from './shadow.ts';
import { DeclaredUse, Stage } from './version.ts';

/** A figure of a version beside those of the versions in production. */
const Figure = Type.Object({
  name: Type.String(),
  value: Type.Number(),
  beside: Type.Record(Type.String(), Type.Number(), { description: 'MODEL/NUMBER to its figure of that name' }),
});

/** What an approver has to have seen of a version; `digest` names it in the approval's receipt. */
export const Evidence = Type.Object(
  {
    version: Type.String({ description: 'MODEL/NUMBER' }),
    title: Type.String(),
    stage: Stage,
    author: Type.String(),
    known: Type.String({ description: 'witnessed here, or imported: told by a record' }),
    data: Type.String({ description: 'generated or real' }),
    testSet: Digest,
    figures: Type.Array(Figure),
    evaluations: Type.Array(
      Type.Object({
        dataset: Type.String(),
        testSet: Digest,
        words: Type.String({ description: 'how the data stand to those that it was trained on' }),
        figures: Type.Array(Figure),
        receipt: Digest,
      }),
      { description: 'what was measured here, each with the figures of the versions in production on the same data' },
    ),
    inProduction: Type.Array(
      Type.Object({
        version: Type.String(),
        comparable: Type.Boolean(),
        words: Type.String({ description: 'on which test set it was measured' }),
      }),
    ),
    shown: Type.Record(Type.String(), Digest, { description: 'card and pictures: path to digest' }),
    examples: Type.Array(Type.Object({ dataset: Type.String(), testSet: Digest, pictures: Type.Array(Digest) }), {
      description: 'pictures that were drawn here of what it finds on labelled data',
    }),
    tried: Type.Boolean({ description: 'whether the entry points of its package were seen to run here, on tiny data' }),
    use: DeclaredUse,
    licences: Type.Array(
      Type.Object({
        of: Type.Union([Type.Literal('weights'), Type.Literal('data')]),
        title: Type.String(),
        licence: Type.String(),
        conflicts: Type.Array(Type.String()),
        unknown: Type.Array(Type.String(), { description: 'parts of the licence that a person has to read' }),
      }),
    ),
    digest: Digest,
  },
  { $id: 'Evidence' },
);
export type Evidence = Static<typeof Evidence>;

/** What there is of a version for people to look at. */
export const VersionCard = Type.Object(
  {
    text: Type.Union([Type.String(), Type.Null()], { description: 'the card, Markdown; null where the run left none' }),
    limits: Type.Array(Type.String(), { description: 'known limits, as the card tells them' }),
    pictures: Type.Array(Type.Object({ title: Type.String(), href: Type.String() }), {
      description: 'those that its run left',
    }),
    examples: Type.Array(ExampleSet, { description: 'those that were drawn here, the newest first' }),
  },
  { $id: 'VersionCard' },
);
export type VersionCard = Static<typeof VersionCard>;

/** Whether the reader may bring a version into production, by who made it; the licences and its stage are another matter. */
export const ApprovalRule = Type.Union([
  Type.Literal('other', { description: 'somebody else made it: they may' }),
  Type.Literal('own', {
    description: 'they made it and nobody else has an account: they may, and the receipt says so',
  }),
  Type.Literal('second-person', { description: 'they made it: somebody else has to' }),
  Type.Literal('not-approver', { description: 'they may approve nothing' }),
]);
export type ApprovalRule = Static<typeof ApprovalRule>;

/** Everything that there is to see of a version before it is approved. */
export const Shown = Type.Object({
  evidence: Evidence,
  card: VersionCard,
  rule: ApprovalRule,
  shadow: Type.Union([ShadowRecord, Type.Null()], {
    description:
      'how it did as a shadow; null where it never was one, or for those who may not see it. It goes on while it is looked at: the digest of the evidence leaves it out',
  }),
});
export type Shown = Static<typeof Shown>;
