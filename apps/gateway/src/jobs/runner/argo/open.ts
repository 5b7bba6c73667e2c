import type { ClusterConfig } from '../../../config.ts';
import { ArgoRunner } from './argo-runner.ts';
import { Bucket } from '../../../storage/bucket.ts';
import { readKubeconfig } from '../../../kubernetes/kubeconfig.ts';
import { Kubernetes } from '../../../kubernetes/kubernetes.ts';
import { Workflows } from './workflows.ts';

// A finished workflow goes when its job has ended. What a killed gateway left goes after a week.
const keep = 7 * 24 * 3600;

/** The runner of a configured cluster. @throws CairnError `input-invalid` for its kubeconfig. */
export async function openArgoRunner({
  kubeconfig,
  namespace,
  resources,
  store,
}: Omit<ClusterConfig, 'stepAddress'>): Promise<ArgoRunner> {
  const kubernetes = new Kubernetes({ access: await readKubeconfig(kubeconfig) });
  const { protocol, host } = new URL(store.endpoint);
  const keys = { name: store.secret };
  return new ArgoRunner({
    workflows: new Workflows({ kubernetes, namespace }),
    bucket: new Bucket({ access: store }),
    settings: {
      namespace,
      serviceAccount: 'cairn-step',
      store: {
        endpoint: host,
        insecure: protocol === 'http:',
        region: store.region,
        bucket: store.bucket,
        prefix: store.prefix,
        accessKey: { ...keys, key: 'accesskey' },
        secretKey: { ...keys, key: 'secretkey' },
      },
      resources,
      keep,
    },
  });
}
