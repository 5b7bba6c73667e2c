import { Type, type Static } from 'typebox';
import { Identifier } from './digest.ts';
import { TrainModel } from './processes.ts';

/** A training that somebody thinks of. */
export const ThoughtOfTraining = Type.Object(
  {
    model: Identifier,
    dataset: Type.Optional({ ...Identifier, description: 'left out: data that are still to be fetched' }),
    hyperparameters: TrainModel.properties.hyperparameters,
  },
  { additionalProperties: false },
);
export type ThoughtOfTraining = Static<typeof ThoughtOfTraining>;

/** What a training would take, before anything is started: by the trainings of the same model that were run here. */
export const TrainingEstimate = Type.Object(
  {
    expected: Type.Union(
      [
        Type.Object({
          seconds: Type.Number({ description: 'time on the wall, from when the package and its data are brought' }),
          range: Type.Object(
            { from: Type.Number(), to: Type.Number() },
            { description: 'seconds that it hardly falls below or passes' },
          ),
        }),
        Type.Null(),
      ],
      { description: 'null: the model was never trained here, and nothing tells' },
    ),
    learnt: Type.Object({
      runs: Type.Integer({ description: 'trainings that it is learnt from' }),
      differing: Type.Array(Type.String(), {
        description: 'in what they differed: settings by name, "dataset", "package"; the more, the wider the range',
      }),
      count: Type.Union(
        [
          Type.Object({
            name: Type.String({ description: '"steps" or "epochs", with which the time of learning grows' }),
            asked: Type.Number(),
            learnt: Type.Number({ description: 'that of those trainings' }),
          }),
          Type.Null(),
        ],
        { description: 'null: no setting has one of these names' },
      ),
    }),
    money: Type.Optional(
      Type.Object(
        { amount: Type.Number(), currency: Type.String({ description: 'ISO 4217' }) },
        { description: 'at the rates that the installation has configured; missing where none is: not priced' },
      ),
    ),
  },
  { $id: 'TrainingEstimate' },
);
export type TrainingEstimate = Static<typeof TrainingEstimate>;
