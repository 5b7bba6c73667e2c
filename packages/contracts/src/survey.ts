import { Type, type Static } from 'typebox';

/** One thing that does not fit the rest, as the consistency survey found it. */
export const SurveyFinding = Type.Object({
  check: Type.String({ description: 'which check found it' }),
  what: Type.String(),
  where: Type.String(),
  action: Type.String({ description: 'what repairing does, or what to do where it cannot be repaired from here' }),
  repairable: Type.Boolean(),
  repaired: Type.Boolean(),
  trouble: Type.Optional(Type.String({ description: 'why repairing did not succeed' })),
});
export type SurveyFinding = Static<typeof SurveyFinding>;

/** What a survey found; `ok` where nothing is left to be done. */
export const SurveyReport = Type.Object(
  {
    ok: Type.Boolean(),
    deep: Type.Boolean({ description: 'whether every stored byte was hashed again' }),
    checks: Type.Array(Type.String()),
    findings: Type.Array(SurveyFinding),
  },
  { $id: 'SurveyReport' },
);
export type SurveyReport = Static<typeof SurveyReport>;
