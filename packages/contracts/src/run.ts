import { Type, type Static } from 'typebox';

/** How a run can be, in MLflow's words. */
export const RunStatus = Type.Union([
  Type.Literal('RUNNING'),
  Type.Literal('SCHEDULED'),
  Type.Literal('FINISHED'),
  Type.Literal('FAILED'),
  Type.Literal('KILLED'),
]);
export type RunStatus = Static<typeof RunStatus>;

/** A run of a model's package as MLflow holds it: a training, an evaluation, or one that came with a shipped version. */
export const RunInfo = Type.Object(
  {
    run: Type.String({ description: 'its id in MLflow' }),
    model: Type.String(),
    title: Type.String(),
    status: RunStatus,
    started: Type.String({ description: 'RFC 3339' }),
    finished: Type.Union([Type.String(), Type.Null()], { description: 'RFC 3339' }),
    version: Type.Union([Type.String(), Type.Null()], { description: 'MODEL/NUMBER that it left' }),
    job: Type.Union([Type.String(), Type.Null()], { description: 'the job that it belongs to' }),
    dataset: Type.Union([Type.String(), Type.Null()]),
    parameters: Type.Record(Type.String(), Type.String()),
    metrics: Type.Record(Type.String(), Type.Number(), { description: 'the last value of each' }),
  },
  { $id: 'RunInfo' },
);
export type RunInfo = Static<typeof RunInfo>;

/** How a figure went over the steps of a run; of many points some, with the first and the last. */
export const Curve = Type.Object({
  name: Type.String(),
  points: Type.Array(Type.Object({ step: Type.Integer(), value: Type.Number() })),
});
export type Curve = Static<typeof Curve>;

/** A run with the curves of its metrics. */
export const RunHistory = Type.Object(
  { ...RunInfo.properties, curves: Type.Array(Curve, { description: 'of metrics that have more than one point' }) },
  { $id: 'RunHistory' },
);
export type RunHistory = Static<typeof RunHistory>;

/** The MLflow run of a job; null for a job that has none, or none yet. */
export const JobRun = Type.Object({ run: Type.Union([Type.String(), Type.Null()]) }, { $id: 'JobRun' });
export type JobRun = Static<typeof JobRun>;
