import { digestHex, digestOf } from '@cairn/receipt';
import type { GraphsConfig } from '../../../config.ts';
import { readKubeconfig } from '../../../kubernetes/kubeconfig.ts';
import { Kubernetes } from '../../../kubernetes/kubernetes.ts';
import { SeldonBackend, type SeldonBackendParts } from './backend.ts';
import { SeldonDeployments } from './deployments.ts';
import { apiRoad, directRoad } from './road.ts';

/** What the backend of a configured cluster works with beside it. */
export interface OpenParts extends Pick<
  SeldonBackendParts,
  'logger' | 'mayServe' | 'idleMs' | 'requestMs' | 'startMs'
> {
  /** What tells the installation from others: all of its gateways have the same. */
  publicKeyPem: string;
}

/** The backend of a configured cluster. @throws CairnError `input-invalid` for its kubeconfig. */
export async function openSeldonBackend(config: GraphsConfig, parts: OpenParts): Promise<SeldonBackend> {
  const { kubeconfig, namespace, address, image, stepAddress, secret, executor, threads, cpu } = config;
  const kubernetes = new Kubernetes({ access: await readKubeconfig(kubeconfig) });
  const { publicKeyPem, ...rest } = parts;
  return new SeldonBackend({
    ...rest,
    deployments: new SeldonDeployments({ kubernetes, namespace }),
    road: address === 'api' ? apiRoad(kubernetes, namespace) : directRoad(address, namespace),
    settings: {
      namespace,
      image,
      registry: `${stepAddress}/mlflow`,
      token: { name: secret, key: 'token' },
      owner: digestHex(digestOf(publicKeyPem)).slice(0, 16),
      executor,
      threads,
      cpu,
    },
  });
}
