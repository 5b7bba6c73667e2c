import { CairnError } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import { Kubernetes } from '../../kubernetes/kubernetes.ts';
import type { ClusterAccess } from '../../kubernetes/kubeconfig.ts';
import type { Mlflow } from '../../registry/mlflow/transport.ts';
import { Bucket, type BucketAccess } from '../../storage/bucket.ts';
import type { ModelServers } from '../status.ts';
import type { Probe, Sight } from './probe.ts';
import { toolVersion } from './tool-version.ts';

/** After how long model servers that are only starting are told so, in milliseconds. */
const startingMs = 300;

/** The database, by its own word for its version. @param address where it is, without anything secret */
export function databaseProbe(database: Database, standIn: boolean, address: string): Probe {
  return {
    standIn,
    look: async () => {
      const [row] = await database.query<{ version: string; postgis: string }>(
        `select current_setting('server_version') as version, postgis_lib_version() as postgis`,
      );
      return { state: 'up', version: row!.version.split(' ')[0]!, address, detail: `PostGIS ${row!.postgis}` };
    },
  };
}

/** The catalogue, by pgSTAC's word for its version. @param address of the gateway */
export function catalogProbe(database: Database, address: () => string): Probe {
  return {
    standIn: false,
    look: async () => {
      const [row] = await database.query<{ version: string; collections: number }>(
        'select pgstac.get_version() as version, (select count(*) from pgstac.collections) as collections',
      );
      const detail = `STAC 1.1.0, MLM 1.5, ${row!.collections} collections`;
      return { state: 'up', version: `pgSTAC ${row!.version}`, address: `${address()}/stac`, detail };
    },
  };
}

/**
 * MLflow: one that runs is asked for its version, by a call that only a working one answers; one that sleeps is left asleep.
 * @param tools folder of the tools where it runs on this machine; null where it is a server elsewhere
 */
export function mlflowProbe(mlflow: Pick<Mlflow, 'health'>, tools: string | null): Probe {
  return {
    standIn: tools !== null,
    look: async (signal) => {
      const { state, address, detail } = await mlflow.health();
      const known = { ...(address === undefined ? {} : { address }), ...(detail === undefined ? {} : { detail }) };
      if (address !== undefined && state === 'up') {
        const answer = await fetch(`${address}/version`, { signal });
        if (!answer.ok) throw new Error(`It answered ${answer.status}.`);
        return { state, ...known, version: (await answer.text()).trim() };
      }
      if (tools === null) return { state, ...known };
      return { state, ...known, version: await toolVersion(tools, 'mlflow'), address: './mlflow/' };
    },
  };
}

/** A bucket of an S3 store, by asking for the bucket itself. */
export function bucketProbe(access: BucketAccess): Probe {
  // It tells how the store is now.
  const bucket = new Bucket({ access, patience: 0 });
  return {
    standIn: false,
    look: async () => {
      if (!(await bucket.has(''))) throw new Error(`There is no bucket ${access.bucket}.`);
      return { state: 'up', address: `${access.endpoint.replace(/\/$/, '')}/${access.bucket}` };
    },
  };
}

/**
 * The model servers of this machine: asleep while nobody predicts.
 * @param version of Cairn, whose own they are
 * @param address of their host, where they have one
 */
export function modelServersProbe(servers: ModelServers, version: string, address?: string): Probe {
  return {
    standIn: true,
    look: async () => {
      // One that only starts tells nothing until it is there.
      const starting = new Promise<null>((resolve) => setTimeout(() => resolve(null), startingMs).unref());
      const running = await Promise.race([servers.status(), starting]);
      const place = { version, ...(address === undefined ? {} : { address }) };
      return { ...place, ...(running === null ? { state: 'starting' as const } : sightOf(running)) };
    },
  };
}

/** Seldon Core, and the graphs that run on it. */
export function seldonProbe(access: ClusterAccess, servers: ModelServers): Probe {
  const installed = controllerProbe(access, 'machinelearning.seldon.io/v1');
  return {
    standIn: false,
    look: async (signal) => ({ ...(await installed.look(signal)), ...sightOf(await servers.status()) }),
  };
}

/** A cluster, by its API server. */
export function clusterProbe(access: ClusterAccess): Probe {
  const kubernetes = new Kubernetes({ access });
  return {
    standIn: false,
    look: async (signal) => {
      const told = await kubernetes.json<{ gitVersion: string }>({ method: 'GET', path: '/version', signal });
      return { state: 'up', address: access.server.origin, ...(told === null ? {} : { version: told.gitVersion }) };
    },
  };
}

/**
 * A program of a cluster, by the kinds of objects that it brings: what the gateway may see without rights beyond its
 * namespace. Whether its controller works shows in the jobs that it runs.
 * @param api group and version, as `argoproj.io/v1alpha1`
 */
export function controllerProbe(access: ClusterAccess, api: string): Probe {
  const kubernetes = new Kubernetes({ access });
  return {
    standIn: false,
    look: async (signal) => {
      const told = await kubernetes.json({ method: 'GET', path: `/apis/${api}`, signal });
      if (told === null) {
        throw new CairnError('cluster-refused', `The cluster does not know ${api}.`, {
          action: 'Install it, as its page in docs/operate tells.',
        });
      }
      return { state: 'up', version: api, address: access.server.origin };
    },
  };
}

function sightOf(running: { name: string }[]): Sight {
  if (running.length === 0) return { state: 'asleep' };
  return { state: 'up', detail: running.map(({ name }) => name).join(', ') };
}
