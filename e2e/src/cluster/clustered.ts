import { setTimeout as pause } from 'node:timers/promises';
import type { Installed } from '../installed.ts';
import { Cluster } from './cluster.ts';

const gateways = 2;
const services = ['postgres', 'minio', 'mlflow', 'gateway'];

/** The release on a cluster, as tools/test-workflows.sh tells of it; undefined where it tells of none. */
export function clustered(): Installed | undefined {
  const cluster = Cluster.told();
  if (cluster === undefined) return undefined;
  const { address, token, release } = cluster;
  const gateway = `statefulset/${cluster.nameOf('gateway')}`;
  const scale = (replicas: number) => cluster.kubectl('-n', release, 'scale', gateway, `--replicas=${replicas}`);
  return {
    services,
    address,
    token,
    start: async () => {
      await scale(gateways);
      await cluster.whole('gateway');
      await answering(address);
    },
    stop: async () => {
      await scale(0);
      const gone = ['wait', '--for=delete', 'pod', '-l', cluster.selector('gateway'), '--timeout=3m'];
      await cluster.kubectl('-n', release, ...gone);
    },
    crash: () => cluster.killServices('gateway'),
    hold: () => cluster.holdGraphs(),
    inside: (service, ...words) => {
      const kind = service === 'mlflow' ? 'deployment' : 'statefulset';
      return cluster.kubectl('-n', release, 'exec', `${kind}/${cluster.nameOf(service)}`, '--', ...words);
    },
    logs: (service) => cluster.kubectl('-n', release, 'logs', '--selector', cluster.selector(service), '--tail=-1'),
    killAll: async () => {
      await cluster.killServices(...services);
      for (const service of services) await cluster.whole(service);
      await answering(address);
    },
  };
}

/** Waits until a gateway answers on the way that this machine has to it. */
export async function answering(address: string): Promise<void> {
  const until = Date.now() + 120_000;
  for (;;) {
    const ok = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(5000) }).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    if (Date.now() > until) throw new Error(`Nothing answers at ${address}.`);
    await pause(500);
  }
}
