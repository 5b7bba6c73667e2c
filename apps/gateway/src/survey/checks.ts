import type { ProcessId } from '@cairn/contracts';
import type { DvcRemote } from '../data/remote/dvc-remote.ts';
import type { Database } from '../db/database.ts';
import type { MlflowClient } from '../registry/mlflow/client.ts';
import type { MlflowInventory } from '../registry/mlflow/inventory.ts';
import type { Outbox } from '../registry/outbox.ts';
import type { GraphBackend } from '../inference/backend/backend.ts';
import type { Versions } from '../registry/versions.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { archivesCheck } from './checks/archives.ts';
import { catalogueCheck } from './checks/catalogue.ts';
import { datasetsCheck } from './checks/datasets.ts';
import { graphsCheck } from './checks/graphs.ts';
import { jobsCheck } from './checks/jobs.ts';
import { leftoversCheck } from './checks/leftovers.ts';
import { mlflowRunsCheck, mlflowVersionsCheck, trialRunsCheck } from './checks/mlflow.ts';
import { objectsCheck } from './checks/objects.ts';
import { outboxCheck } from './checks/outbox.ts';
import { receiptsCheck } from './checks/receipts.ts';
import { tokensCheck } from './checks/tokens.ts';
import { versionFilesCheck } from './checks/version-files.ts';
import { weightsCheck } from './checks/weights.ts';
import { Survey } from './survey.ts';

/** What the checks look at. */
export interface SurveyParts {
  database: Database;
  objects: ObjectStore;
  backend: Pick<GraphBackend, 'outside'>;
  versions: Pick<Versions, 'mayServe'>;
  mlflow: MlflowClient;
  inventory: MlflowInventory;
  outbox: Outbox;
  /** Folder of the jobs' work folders. */
  workFolder: string;
  /** Where bytes lie while they come in. */
  uploadFolder: string;
  remote: DvcRemote;
  /** The processes that can be run here. */
  offered: () => readonly ProcessId[];
}

/** The survey with every check, those that need nothing of MLflow first. */
export function surveyOf(parts: SurveyParts): Survey {
  const checks = [
    jobsCheck(parts),
    tokensCheck(parts),
    leftoversCheck(parts),
    catalogueCheck(parts),
    objectsCheck(parts),
    archivesCheck(parts),
    datasetsCheck(parts),
    receiptsCheck(parts),
    weightsCheck(parts),
    versionFilesCheck(parts),
    mlflowRunsCheck(parts),
    trialRunsCheck(parts),
    mlflowVersionsCheck(parts),
    outboxCheck(parts),
    graphsCheck(parts),
  ];
  return new Survey({ database: parts.database, checks });
}
