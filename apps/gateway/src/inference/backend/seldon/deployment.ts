import { canonicalJson, digestHex, digestOf } from '@cairn/receipt';
import type { Graph } from '../../graph.ts';
import { nameOf } from '../attempts.ts';
import { container, type NodePlace, podSecurity, type RenderedNode, scratch } from './container.ts';

/** A `SeldonDeployment` of Seldon Core 1, as it is applied. */
export interface SeldonDeployment {
  apiVersion: 'machinelearning.seldon.io/v1';
  kind: 'SeldonDeployment';
  metadata: { name: string; namespace: string; labels: Record<string, string>; annotations: Record<string, string> };
  spec: {
    /** Of the pods, by which the executor is set. */
    annotations: Record<string, string>;
    protocol: 'v2';
    transport: 'rest';
    predictors: [
      {
        name: string;
        annotations: Record<string, string>;
        replicas: number;
        graph: PredictiveUnit;
        componentSpecs: unknown[];
      },
    ];
  };
}

/** A node of the graph as Seldon Core knows it. */
export interface PredictiveUnit {
  name: string;
  type: 'MODEL';
  parameters: { name: string; type: 'STRING' | 'INT'; value: string }[];
  children: PredictiveUnit[];
}

/** A cluster's place for graphs. */
export interface SeldonSettings extends NodePlace {
  namespace: string;
  /** Tells the installation from others of the namespace: 16 hexadecimal digits. */
  owner: string;
  /** Whether Seldon's executor passes a block from node to node; else one container runs the whole graph. */
  executor: boolean;
  /** Threads of an inference, and CPUs for them; 0: as the graph says. */
  threads: number;
  /** CPUs that are kept for a graph, as a quantity of Kubernetes; empty: as many as its detector may use. */
  cpu: string;
}

/** Name of the one predictor, which its service ends with. */
export const predictorName = 'graph';
/** Name of the one node that runs a whole graph. */
export const wholeName = 'graph';
/** By which the deployments of every Cairn are found, and those of one installation. */
export const managedLabel = 'app.kubernetes.io/managed-by';
export const ownerLabel = 'app.kubernetes.io/instance';
/** Holds the version that a deployment serves. */
export const versionAnnotation = 'cairn.version';

/** Milliseconds that the executor waits for a node, which else is for ever: longer than the gateway waits for a block. */
const longestBlock = 130_000;

/**
 * Renders a graph into a `SeldonDeployment`: its nodes are of type MODEL, each the child of the one before, in one pod, so
 * that what they say to each other stays on one machine; without an executor one node is the whole graph. A node reads its
 * parameters and port from what Seldon Core tells its container, and fetches its weights from the registry by itself;
 * `modelUri` is for servers of Seldon's own. The registry's token is named as a Secret. The same arguments give the same
 * manifest.
 */
export function renderSeldonDeployment(graph: Graph, settings: SeldonSettings): SeldonDeployment {
  const nodes = settings.executor ? chain(graph, settings) : [whole(graph, settings)];
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: {
      name: deploymentName(graph, settings),
      namespace: settings.namespace,
      labels: { [managedLabel]: 'cairn', [ownerLabel]: settings.owner },
      annotations: { [versionAnnotation]: nameOf(graph) },
    },
    spec: {
      annotations: { 'seldon.io/rest-timeout': String(longestBlock) },
      protocol: 'v2',
      transport: 'rest',
      predictors: [
        {
          name: predictorName,
          // Seldon Core looks for its presence, not for its value.
          annotations: settings.executor ? {} : { 'seldon.io/no-engine': 'true' },
          replicas: graph.replicas,
          graph: unitOf(nodes),
          componentSpecs: [
            {
              spec: {
                automountServiceAccountToken: false,
                securityContext: podSecurity,
                containers: nodes.map((node) => container(node, settings)),
                volumes: [{ name: scratch.name, emptyDir: { sizeLimit: '64Mi' } }],
              },
            },
          ],
        },
      ],
    },
  };
}

/**
 * The name of a graph's deployment, which Kubernetes takes as a name of a host: 63 letters, digits and hyphens at most, to
 * which Seldon Core adds names of its own. It begins with model and version for those who read it, and ends with what is
 * told of the weights and the installation: neither other weights nor another Cairn ever have it.
 */
export function deploymentName(
  { model, version, nodes: [detector] }: Graph,
  { owner }: Pick<SeldonSettings, 'owner'>,
): string {
  const told =
    model
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('-') ?? 'model';
  const { digest } = detector.parameters;
  const rest = digestHex(digestOf(canonicalJson({ owner, model, version, digest }))).slice(0, 10);
  return `cairn-${told.slice(0, 20).replace(/-$/, '')}-${version}-${rest}`;
}

/** Where MLflow's registry holds the weights of a version among its artifacts. */
export function weightsAddress(registry: string, { model, version }: Pick<Graph, 'model' | 'version'>): string {
  const query = new URLSearchParams({ name: model, version: String(version), path: 'model.onnx' }).toString();
  return `${registry}/model-versions/get-artifact?${query}`;
}

function unitOf([node, ...rest]: readonly RenderedNode[]): PredictiveUnit {
  const { name, parameters } = node!;
  return {
    name,
    type: 'MODEL',
    parameters: Object.entries(parameters).map(([parameter, value]) => ({
      name: parameter,
      type: typeof value === 'number' ? 'INT' : 'STRING',
      value: String(value),
    })),
    children: rest.length === 0 ? [] : [unitOf(rest)],
  };
}

/** The nodes with what they have to know of their place. Their parameters are named as the model server's arguments. */
function chain(graph: Graph, { registry, threads, cpu: kept }: SeldonSettings): RenderedNode[] {
  const [detector, transformer] = graph.nodes;
  const version = String(graph.version);
  const cpu = threads === 0 ? detector.resources.cpu : threads;
  return [
    {
      name: detector.name,
      parameters: {
        role: detector.name,
        version,
        ...detector.parameters,
        weights: weightsAddress(registry, graph),
        threads: cpu,
      },
      resources: { ...detector.resources, cpu },
      keeps: kept === '' ? String(cpu) : kept,
      weighs: true,
    },
    {
      name: transformer.name,
      parameters: { role: transformer.name, version, ...transformer.parameters },
      resources: transformer.resources,
      // It works a small part of the time, while the detector does not.
      keeps: '50m',
      weighs: false,
    },
  ];
}

/** One node that runs all of them, one after the other, in one process. */
function whole(graph: Graph, settings: SeldonSettings): RenderedNode {
  const nodes = chain(graph, settings);
  const { keeps } = nodes[0]!;
  return {
    name: wholeName,
    parameters: { ...(Object.assign({}, ...nodes.map(({ parameters }) => parameters)) as object), role: 'graph' },
    resources: {
      cpu: Math.max(...nodes.map(({ resources }) => resources.cpu)),
      memoryMiB: nodes.reduce((sum, { resources }) => sum + resources.memoryMiB, 0),
    },
    keeps,
    weighs: true,
  };
}
