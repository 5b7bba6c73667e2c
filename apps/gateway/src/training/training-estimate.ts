import { ThoughtOfTraining, TrainingEstimate } from '@cairn/contracts';
import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { Type, type Static } from 'typebox';
import type { Datasets } from '../data/datasets.ts';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { costOf, type Rates } from '../usage/rates.ts';
import { settle } from './hyperparameters.ts';
import { newestPackage } from './package-run.ts';
import { pastTrainings } from './past-trainings.ts';
import { trainingPace } from './training-pace.ts';

/** What trainings are estimated with. */
export interface TrainingEstimateParts {
  database: Database;
  objects: ObjectStore;
  datasets: Datasets;
  rates: Rates;
}

const Body = Type.Object({ inputs: ThoughtOfTraining }, { additionalProperties: false });

/**
 * What a training would take, by those that were run here; nothing is started, nor MLflow woken.
 * @throws CairnError `not-found` for the model or the dataset, `input-invalid` for a setting.
 */
export async function trainingEstimate(
  parts: TrainingEstimateParts,
  { model, dataset, hyperparameters = {} }: ThoughtOfTraining,
): Promise<TrainingEstimate> {
  const { database, datasets, rates } = parts;
  const { revision, pack } = await newestPackage(model, parts);
  const thought = {
    packageDigest: revision.package_digest,
    datasetDigest: dataset === undefined ? null : (await datasets.get(dataset)).digest,
    settings: await settle(hyperparameters, pack.item, pack.files),
  };
  const { cpuShare, ...told } = trainingPace(thought, await pastTrainings(database, model));
  const { expected } = told;
  if (expected === null) return told;
  const programs = cpuShare === null ? {} : { programs: { cpuSeconds: expected.seconds * cpuShare, peakMiB: 0 } };
  const amount = costOf({ wallSeconds: expected.seconds, ...programs }, rates);
  return {
    ...told,
    ...(amount === null ? {} : { money: { amount: Number(amount.toFixed(6)), currency: rates.currency } }),
  };
}

/** The door to it. */
export function trainingEstimateRoutes(parts: TrainingEstimateParts): FastifyPluginCallback {
  return (app: FastifyInstance, _options, done) => {
    app.post<{ Body: Static<typeof Body> }>(
      '/processes/train-model/estimate',
      { config: { policy: 'training.estimate' }, schema: { body: Body, response: { 200: TrainingEstimate } } },
      (request) => trainingEstimate(parts, request.body.inputs),
    );
    done();
  };
}
