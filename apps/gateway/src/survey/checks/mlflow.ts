import type { Database } from '../../db/database.ts';
import type { MlflowClient } from '../../registry/mlflow/client.ts';
import type { MlflowRegisteredModel, MlflowRun } from '../../registry/mlflow/entities.ts';
import type { MlflowInventory } from '../../registry/mlflow/inventory.ts';
import { jobTag } from '../../registry/mlflow/orphans.ts';
import { importTag } from '../../registry/package/import-run.ts';
import { versionSubject } from '../../registry/version-row.ts';
import { trialExperiment } from '../../training/trials.ts';
import type { Check, Finding } from '../finding.ts';
import { OpenJobs } from '../open-jobs.ts';

interface Parts {
  database: Database;
  mlflow: MlflowClient;
  inventory: MlflowInventory;
}

/** Runs that Cairn began in MLflow and that nobody will end. Runs that others log there are theirs. */
export function mlflowRunsCheck({ database, mlflow, inventory }: Parts): Check {
  return {
    name: 'MLflow runs',
    look: async () => {
      const runs = await inventory.openRuns();
      const open = await OpenJobs.read(database);
      return runs
        .filter((run) => isOrphan(run, open))
        .map(({ runId }) => ({
          what: 'The run is open, though the job that began it has ended.',
          where: `run:${runId}`,
          action: 'The run is ended as KILLED.',
          mend: () => mlflow.endRun(runId, 'KILLED'),
        }));
    },
  };
}

/** What a trial of a package logged, where the trial could not delete it. */
export function trialRunsCheck({ database, mlflow, inventory }: Parts): Check {
  return {
    name: 'trial runs',
    look: async () => {
      const runs = await inventory.runsIn(trialExperiment);
      const open = await OpenJobs.read(database);
      return runs
        .filter(({ tags }) => tags[jobTag] !== undefined && !open.has(tags[jobTag]))
        .map((run) => ({
          what: 'The run is of a trial that is over.',
          where: `run:${run.runId}`,
          action: 'The run and its artifacts are deleted from MLflow.',
          mend: async () => {
            await mlflow.deleteArtifacts(run);
            await mlflow.deleteRun(run.runId);
          },
        }));
    },
  };
}

function isOrphan({ tags }: MlflowRun, open: OpenJobs): boolean {
  const job = tags[jobTag];
  if (job !== undefined) return !open.has(job);
  return tags[importTag] !== undefined && !open.any('register-model');
}

/** Versions of Cairn's models that only one of the database and MLflow knows. */
export function mlflowVersionsCheck(parts: Parts): Check {
  const { database, mlflow, inventory } = parts;
  return {
    name: 'MLflow versions',
    look: async () => {
      const held: { model: string; version: number; ours: boolean }[] = [];
      const models = (await inventory.models()).filter(({ tags }) => tags['cairn.model'] !== undefined);
      for (const { name } of models) {
        for (const { version, tags } of await mlflow.modelVersions(name)) {
          held.push({ model: name, version, ours: tags['cairn.weights_digest'] !== undefined });
        }
      }
      const rows = await database.query<{ model: string; version: number }>('select model, version from cairn.version');
      const open = await OpenJobs.read(database);
      const making = open.any('register-model', 'train-model');
      const same = (a: { model: string; version: number }) => (b: { model: string; version: number }) =>
        a.model === b.model && a.version === b.version;
      return [
        ...rows.filter((row) => !held.some(same(row))).map(lost),
        ...(making ? [] : held.filter((one) => one.ours && !rows.some(same(one)))).map((one) => surplus(one, mlflow)),
        ...(making ? [] : await emptyModels(parts, models, held)),
      ];
    },
  };
}

function lost(row: { model: string; version: number }): Finding {
  return {
    what: 'MLflow does not know the version.',
    where: versionSubject(row),
    action: 'Restore mlflow/ in the state folder from a backup. Predictions need nothing of MLflow and go on.',
  };
}

function surplus(one: { model: string; version: number }, mlflow: MlflowClient): Finding {
  return {
    what: 'MLflow holds a version that never came to be: its registration or training failed.',
    where: versionSubject(one),
    action: 'The version is deleted from MLflow; its run stays.',
    mend: () => mlflow.deleteVersion(one.model, one.version),
  };
}

/** Registered models whose registration failed: without a revision here and without a version there. */
async function emptyModels(
  { database, mlflow }: Parts,
  models: readonly MlflowRegisteredModel[],
  held: readonly { model: string }[],
): Promise<Finding[]> {
  const known = await database.query<{ model: string }>('select distinct model from cairn.revision');
  return models
    .filter(({ name }) => !held.some(({ model }) => model === name) && !known.some(({ model }) => model === name))
    .map(({ name }) => ({
      what: 'MLflow holds a model without versions whose registration failed.',
      where: `model:${name}`,
      action: 'The empty model is deleted from MLflow.',
      mend: () => mlflow.deleteModel(name),
    }));
}
