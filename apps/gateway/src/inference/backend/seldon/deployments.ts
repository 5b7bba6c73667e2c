import { canonicalJson, digestOf } from '@cairn/receipt';
import { type Kubernetes, KubernetesError } from '../../../kubernetes/kubernetes.ts';
import { managedLabel, ownerLabel, type SeldonDeployment } from './deployment.ts';
import type { DeploymentState, GraphSight, PodState, WorkloadState } from './state.ts';

/** Holds the digest of the manifest that was applied, and when a gateway last asked the graph. */
const manifestAnnotation = 'cairn.manifest';
const usedAnnotation = 'cairn.used-at';

/** The deployments of graphs in a namespace, and what Seldon Core makes of them. */
export class SeldonDeployments {
  readonly #kubernetes: Kubernetes;
  readonly #namespace: string;

  constructor(options: { kubernetes: Kubernetes; namespace: string }) {
    this.#kubernetes = options.kubernetes;
    this.#namespace = options.namespace;
  }

  /** A deployment, or null. */
  async get(name: string): Promise<DeploymentState | null> {
    return this.#kubernetes.json<DeploymentState>({ method: 'GET', path: this.#one(name) });
  }

  /** Those of one installation, or of every Cairn. */
  async list(owner?: string): Promise<DeploymentState[]> {
    const labelSelector =
      owner === undefined ? `${managedLabel}=cairn` : `${managedLabel}=cairn,${ownerLabel}=${owner}`;
    return this.#items<DeploymentState>(this.#all, labelSelector);
  }

  /**
   * Brings a deployment to its manifest; several gateways may do so at once. One that has it already is left alone.
   * @throws CairnError `cluster-refused`, where Seldon Core or the namespace is missing too.
   */
  async apply(manifest: SeldonDeployment, held: DeploymentState | null): Promise<void> {
    const digest = digestOf(canonicalJson(manifest));
    if (held?.metadata.annotations?.[manifestAnnotation] === digest) return;
    const { metadata } = manifest;
    const annotations = { ...metadata.annotations, [manifestAnnotation]: digest };
    const applied = await this.#kubernetes.json({
      method: 'PATCH',
      path: `${this.#one(metadata.name)}?fieldManager=cairn&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: { ...manifest, metadata: { ...metadata, annotations } },
    });
    if (applied === null) {
      throw new KubernetesError(404, `it knows no SeldonDeployment, or no namespace ${this.#namespace}.`);
    }
  }

  /** Notes that a graph was asked at a time; false where it is gone or going. */
  async use(name: string, at: number): Promise<boolean> {
    const found = await this.#kubernetes.json<DeploymentState>({
      method: 'PATCH',
      path: `${this.#one(name)}?fieldManager=cairn-use`,
      contentType: 'application/merge-patch+json',
      body: { metadata: { annotations: { [usedAnnotation]: new Date(at).toISOString() } } },
    });
    return found !== null && found.metadata.deletionTimestamp === undefined;
  }

  /**
   * Deletes a deployment; it is gone when its pods are. One that was made anew since is left alone.
   * @param unchanged whether one that has changed since is left alone too, for it may have been used.
   */
  async delete({ metadata: { name, uid, resourceVersion } }: DeploymentState, unchanged = false): Promise<void> {
    const preconditions = { uid, ...(unchanged ? { resourceVersion } : {}) };
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground', preconditions };
    try {
      await this.#kubernetes.json({ method: 'DELETE', path: this.#one(name), body });
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.status !== 409) throw error;
    }
  }

  /** Everything that the cluster tells of a deployment. */
  async sight(deployment: DeploymentState): Promise<GraphSight> {
    const selector = `seldon-deployment-id=${deployment.metadata.name}`;
    const place = `namespaces/${this.#namespace}`;
    const [workloads, pods] = await Promise.all([
      this.#items<WorkloadState>(`/apis/apps/v1/${place}/deployments`, selector),
      this.#items<PodState>(`/api/v1/${place}/pods`, selector),
    ]);
    return { deployment, workloads, pods };
  }

  async #items<T>(path: string, labelSelector: string): Promise<T[]> {
    const query = new URLSearchParams({ labelSelector }).toString();
    const list = await this.#kubernetes.json<{ items: T[] }>({ method: 'GET', path: `${path}?${query}` });
    return list?.items ?? [];
  }

  get #all(): string {
    return `/apis/machinelearning.seldon.io/v1/namespaces/${this.#namespace}/seldondeployments`;
  }

  #one(name: string): string {
    return `${this.#all}/${name}`;
  }
}

/** When a graph was last asked, in milliseconds since 1970; one that never was, when it was made. */
export function lastUse({ metadata: { annotations, creationTimestamp } }: DeploymentState): number {
  return Date.parse(annotations?.[usedAnnotation] ?? creationTimestamp);
}
