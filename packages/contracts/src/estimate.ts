import { Type, type Static } from 'typebox';

/** Something to know before a prediction is started. */
export const EstimateWarning = Type.Object({
  code: Type.Union([
    Type.Literal('far-from-training'),
    Type.Literal('resolution-differs'),
    Type.Literal('trained-on-generated'),
    Type.Literal('licence'),
    Type.Literal('no-imagery'),
  ]),
  words: Type.String(),
});
export type EstimateWarning = Static<typeof EstimateWarning>;

/** What a prediction would take, before anything is started. */
export const Estimate = Type.Object(
  {
    version: Type.String({ description: 'MODEL/NUMBER that would answer' }),
    imagery: Type.String(),
    stored: Type.Boolean({ description: 'an identical request was answered before: its answer comes at once' }),
    seconds: Type.Number({ description: 'time on the wall' }),
    range: Type.Object(
      { from: Type.Number(), to: Type.Number() },
      { description: 'seconds that it hardly falls below or passes' },
    ),
    learnt: Type.Object({
      from: Type.Union([Type.Literal('this-version'), Type.Literal('other-versions'), Type.Literal('nothing')]),
      runs: Type.Integer({ description: 'predictions on this machine that the estimate has learnt from' }),
    }),
    money: Type.Optional(
      Type.Object(
        { amount: Type.Number(), currency: Type.String({ description: 'ISO 4217' }) },
        { description: 'at the rates that the installation has configured; missing where none is: not priced' },
      ),
    ),
    areaKm2: Type.Number({ description: 'of the area that is asked for' }),
    blocks: Type.Integer({ description: 'pieces in which the area is read' }),
    tiles: Type.Integer({ description: 'windows that the network is asked about; those without imagery are left out' }),
    warnings: Type.Array(EstimateWarning),
  },
  { $id: 'Estimate' },
);
export type Estimate = Static<typeof Estimate>;
