import type { NodeResources } from '../../graph.ts';

/** What the nodes of every graph on a cluster share. */
export interface NodePlace {
  /** Image of `apps/serving`, by its digest. */
  image: string;
  /** `http(s)://HOST[:PORT][/PATH]` of MLflow, as the nodes reach it. */
  registry: string;
  /** Key of a Secret of the namespace, with the token by which MLflow is reached. */
  token: { name: string; key: string };
}

/** A node as its pod sees it. */
export interface RenderedNode {
  name: string;
  /** Named as the arguments of the model server. */
  parameters: Record<string, string | number>;
  resources: NodeResources;
  /** CPUs that are kept for it, as a quantity of Kubernetes; what it may use are its resources. */
  keeps: string;
  /** Whether it has weights to fetch. */
  weighs: boolean;
}

// The user of the image. Named, since Kubernetes cannot see whether a named user is root.
const user = 10001;

/** What the profile "restricted" of Kubernetes' pod security asks of a pod. */
export const podSecurity = {
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The one folder that a node can write to. */
export const scratch = { name: 'tmp', mountPath: '/tmp' };

/** The port has the name that Seldon Core gives it, which is also its number's only source. */
const probe = (path: string, more: object): unknown => ({ httpGet: { path, port: 'http' }, periodSeconds: 5, ...more });

/**
 * The container of a node. It answers once it has fetched and checked its weights; until then it counts as starting, and
 * only afterwards as dead where it is silent: an inference may take long. What it ends with, its last line tells the cluster.
 */
export function container(
  { name, resources, keeps, weighs }: RenderedNode,
  { image, token }: Pick<NodePlace, 'image' | 'token'>,
): unknown {
  const limits = quantities(resources);
  return {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    env: weighs ? [{ name: 'MLFLOW_TRACKING_TOKEN', valueFrom: { secretKeyRef: token } }] : [],
    resources: { requests: { ...limits, cpu: keeps }, limits },
    // Repeated from the pod, whose own older operators of Seldon Core replace by that of their settings.
    securityContext: {
      ...podSecurity,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    startupProbe: probe('/v2/health/live', { periodSeconds: 1, failureThreshold: 600 }),
    readinessProbe: probe('/v2/health/ready', { timeoutSeconds: 5 }),
    livenessProbe: probe('/v2/health/live', { timeoutSeconds: 30, failureThreshold: 6 }),
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [scratch],
  };
}

function quantities({ cpu, memoryMiB }: NodeResources): { cpu: string; memory: string } {
  return { cpu: String(cpu), memory: `${memoryMiB}Mi` };
}
