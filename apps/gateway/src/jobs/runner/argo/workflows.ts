import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Workflow } from './workflow.ts';
import { type Kubernetes, KubernetesError } from '../../../kubernetes/kubernetes.ts';
import type { PodState, WorkflowState } from './workflow-state.ts';

const tokenKey = 'token';

/** The workflows of a namespace, and what goes with them: the Secrets with the tokens of their jobs, pods, logs. */
export class Workflows {
  readonly #kubernetes: Kubernetes;
  readonly #namespace: string;

  constructor(options: { kubernetes: Kubernetes; namespace: string }) {
    this.#kubernetes = options.kubernetes;
    this.#namespace = options.namespace;
  }

  /** A workflow, or null. */
  async get(name: string, signal?: AbortSignal): Promise<WorkflowState | null> {
    return this.#kubernetes.json<WorkflowState>({
      method: 'GET',
      path: this.#workflow(name),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Submits a workflow with the token of its steps, in a Secret that goes with it. One that is there already is content. */
  async submit(workflow: Workflow, token: string): Promise<void> {
    const { name } = workflow.metadata;
    await this.#create(this.#workflows, workflow);
    const made = await this.get(name);
    if (made === null) return;
    // The pods wait for it; before them come the containers that bring what they are given.
    await this.#create(this.#secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: this.#namespace,
        labels: workflow.metadata.labels,
        ownerReferences: [
          { apiVersion: workflow.apiVersion, kind: workflow.kind, name, uid: made.metadata.uid, controller: true },
        ],
      },
      stringData: { [tokenKey]: token },
    });
  }

  /** The token that a workflow's steps were given, or null. */
  async token(name: string): Promise<string | null> {
    const secret = await this.#kubernetes.json<{ data?: Record<string, string> }>({
      method: 'GET',
      path: `${this.#secrets}/${name}`,
    });
    const data = secret?.data?.[tokenKey];
    return data === undefined ? null : Buffer.from(data, 'base64').toString('utf8');
  }

  /** Ends a workflow and waits until its pods are gone, and it is. */
  async delete(name: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };
    await this.#kubernetes.json({ method: 'DELETE', path: this.#workflow(name), body });
    await this.#kubernetes.json({ method: 'DELETE', path: `${this.#secrets}/${name}` });
    while ((await this.get(name)) !== null) await pause(200);
  }

  /** The pods of a workflow. */
  async pods(name: string, signal: AbortSignal): Promise<PodState[]> {
    const query = new URLSearchParams({ labelSelector: `workflows.argoproj.io/workflow=${name}` }).toString();
    const path = `${this.#pods}?${query}`;
    return (await this.#kubernetes.json<{ items: PodState[] }>({ method: 'GET', path, signal }))?.items ?? [];
  }

  /** The log of a step's pod from a moment on, each line behind its time, as long as the pod runs; null where it is gone. */
  async log(pod: string, since: string | undefined, signal: AbortSignal): Promise<Readable | null> {
    const from = since === undefined ? {} : { sinceTime: since };
    const query = new URLSearchParams({ container: 'main', follow: 'true', timestamps: 'true', ...from }).toString();
    return this.#kubernetes.stream({ method: 'GET', path: `${this.#pods}/${pod}/log?${query}`, signal });
  }

  async #create(path: string, body: unknown): Promise<void> {
    try {
      await this.#kubernetes.json({ method: 'POST', path, body });
    } catch (error) {
      const isThere = error instanceof KubernetesError && error.status === 409;
      if (!isThere) throw error;
    }
  }

  get #workflows(): string {
    return `/apis/argoproj.io/v1alpha1/namespaces/${this.#namespace}/workflows`;
  }

  #workflow(name: string): string {
    return `${this.#workflows}/${name}`;
  }

  get #secrets(): string {
    return `/api/v1/namespaces/${this.#namespace}/secrets`;
  }

  get #pods(): string {
    return `/api/v1/namespaces/${this.#namespace}/pods`;
  }
}
