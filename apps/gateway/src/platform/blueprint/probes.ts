import { join } from 'node:path';
import type { BlueprintPartId } from '@cairn/contracts';
import type { Config } from '../../config.ts';
import type { Database } from '../../db/database.ts';
import { readKubeconfig } from '../../kubernetes/kubeconfig.ts';
import type { Mlflow } from '../../registry/mlflow/transport.ts';
import { type ModelServers, softwareVersion } from '../status.ts';
import { dvcProbe, folderProbe, gatewayProbe, machineProbe, processRunnerProbe } from './local.ts';
import type { Probe } from './probe.ts';
import {
  bucketProbe,
  catalogProbe,
  clusterProbe,
  controllerProbe,
  databaseProbe,
  mlflowProbe,
  modelServersProbe,
  seldonProbe,
} from './services.ts';

/** What the probes look at. */
export interface ProbedParts {
  config: Pick<
    Config,
    | 'home'
    | 'tools'
    | 'cluster'
    | 'graphs'
    | 'serving'
    | 'databaseUrl'
    | 'mlflowAddress'
    | 'objectsBucket'
    | 'dvcBucket'
  >;
  /** Of this gateway, once it listens. */
  address: () => string;
  database: Database;
  mlflow: Pick<Mlflow, 'health'>;
  servers: ModelServers;
}

/** The probe of each part, by what the configuration has do its work. @throws CairnError `input-invalid` for a kubeconfig. */
export async function probesOf(parts: ProbedParts): Promise<Record<BlueprintPartId, Probe>> {
  const { config, address, database, mlflow, servers } = parts;
  const { home, tools, databaseUrl, objectsBucket } = config;
  const jobs = config.cluster === null ? null : await readKubeconfig(config.cluster.kubeconfig);
  const graphs = config.graphs === null ? null : await readKubeconfig(config.graphs.kubeconfig);
  const cluster = jobs ?? graphs;
  return {
    gateway: gatewayProbe(softwareVersion, address),
    catalog: catalogProbe(database, address),
    mlflow: mlflowProbe(mlflow, config.mlflowAddress === '' ? tools : null),
    dvc: dvcProbe(home, tools, join(home, 'data'), config.dvcBucket === null),
    argo:
      jobs === null
        ? processRunnerProbe(home, tools, join(home, 'environments'))
        : controllerProbe(jobs, 'argoproj.io/v1alpha1'),
    seldon:
      graphs === null
        ? modelServersProbe(servers, softwareVersion, config.serving?.address)
        : seldonProbe(graphs, servers),
    postgresql: databaseProbe(database, databaseUrl === '', databaseUrl === '' ? './db/' : databaseUrl),
    minio: objectsBucket === null ? folderProbe(home, join(home, 'objects')) : bucketProbe(objectsBucket),
    kubernetes: cluster === null ? machineProbe() : clusterProbe(cluster),
  };
}
