import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '@cairn/receipt';
import type { GraphsConfig } from '../../src/config.ts';
import type { SeldonBackend } from '../../src/inference/backend/seldon/backend.ts';
import { openSeldonBackend, type OpenParts } from '../../src/inference/backend/seldon/open.ts';
import type { PodState } from '../../src/inference/backend/seldon/state.ts';
import { readKubeconfig } from '../../src/kubernetes/kubeconfig.ts';
import { Kubernetes } from '../../src/kubernetes/kubernetes.ts';
import { quietLogger } from '../registry/quiet.ts';
import type { BackendPlace } from './backend-contract.ts';

/** What tools/test-cluster.sh tells of the cluster. */
function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: run "make test-cluster".`);
  return value;
}

export const namespace = 'cairn-graphs';

/** An installation's place on the cluster of the tests, with a registry of its own from which its nodes fetch. */
export async function openSeldonPlace() {
  const weights = new Map<string, Uint8Array>();
  const registry = createServer(({ url }, response) => {
    const query = new URL(url ?? '', 'http://registry').searchParams;
    const bytes = weights.get(`${query.get('name')}/${query.get('version')}`);
    if (bytes === undefined) response.writeHead(404).end();
    else response.end(bytes);
  });
  await new Promise<void>((resolve) => registry.listen(0, '0.0.0.0', resolve));
  const { port } = registry.address() as AddressInfo;
  const admin = new Kubernetes({ access: await readKubeconfig(setting('KUBECONFIG')) });
  const config: GraphsConfig = {
    kubeconfig: setting('CAIRN_TEST_KUBECONFIG'),
    namespace,
    executor: process.env['CAIRN_TEST_SELDON_EXECUTOR'] === 'true',
    secret: 'cairn-registry',
    image: setting('CAIRN_TEST_SERVING_IMAGE'),
    address: 'api',
    stepAddress: `http://${setting('CAIRN_TEST_HOST')}:${port}`,
    threads: 1,
    cpu: '50m',
  };
  const publicKeyPem = `the key of ${randomUUID()}`;
  let ended: ReadonlySet<string> = new Set();
  const may = { has: (version: string) => !ended.has(version) } as ReadonlySet<string>;
  const open = (
    limits: Pick<OpenParts, 'idleMs' | 'requestMs' | 'startMs'>,
    other: Partial<GraphsConfig> = {},
  ): Promise<SeldonBackend> => {
    const parts = { publicKeyPem, mayServe: () => Promise.resolve(may), logger: quietLogger(), ...limits };
    return openSeldonBackend({ ...config, ...other }, parts);
  };
  const own = async (backend: SeldonBackend) => (await backend.outside.list()).filter(({ isOwn }) => isOwn);
  const clear = async (): Promise<void> => {
    const backend = await open({});
    for (const { name } of await own(backend)) await backend.outside.end(name);
    await backend.close();
  };
  const place: BackendPlace<SeldonBackend> = {
    open,
    lay: (model, version, bytes) => {
      weights.set(`${model}/${version}`, bytes);
      return Promise.resolve(digestOf(bytes));
    },
    kill: async (backend, { model, version }) => {
      const graph = (await own(backend)).find((one) => one.version === `${model}/${version}`);
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      const path = `${pods}?labelSelector=seldon-deployment-id%3D${graph!.name}`;
      const { items } = (await admin.json<{ items: PodState[] }>({ method: 'GET', path }))!;
      for (const { metadata } of items) {
        const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0 };
        await admin.json({ method: 'DELETE', path: `${pods}/${metadata.name}`, body });
      }
    },
    clear,
    close: async () => {
      await clear();
      const backend = await open({});
      while ((await own(backend)).length > 0) await pause(500);
      await backend.close();
      admin.close();
      registry.close();
    },
  };
  return {
    ...place,
    open,
    own,
    admin,
    /** Says which versions may serve no longer. */
    end: (...versions: string[]) => void (ended = new Set(versions)),
  };
}
