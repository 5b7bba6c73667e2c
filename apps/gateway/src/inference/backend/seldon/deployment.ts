import { digestHex, digestOf } from '@cairn/receipt';
import type { Graph } from '../../graph.ts';
import { container, type NodePlace, podSecurity, scratch } from './container.ts';

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
    predictors: [{ name: string; replicas: number; graph: PredictiveUnit; componentSpecs: unknown[] }];
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
}

/** Milliseconds that the executor waits for a node, which else is for ever: as long as the gateway waits for a block. */
const longestBlock = 120_000;

/**
 * Renders a graph into a `SeldonDeployment`: its nodes are of type MODEL, each the child of the one before, in one pod, so
 * that what they say to each other stays on one machine. A node reads its parameters and port from what Seldon Core tells its
 * container, and fetches its weights from the registry by itself; `modelUri` is for servers of Seldon's own. The registry's
 * token is named as a Secret. The same arguments give the same manifest.
 */
export function renderSeldonDeployment(graph: Graph, settings: SeldonSettings): SeldonDeployment {
  const { model, version, nodes, replicas } = graph;
  const name = deploymentName(graph);
  return {
    apiVersion: 'machinelearning.seldon.io/v1',
    kind: 'SeldonDeployment',
    metadata: {
      name,
      namespace: settings.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'cairn' },
      annotations: { 'cairn.version': `${model}/${version}` },
    },
    spec: {
      annotations: { 'seldon.io/rest-timeout': String(longestBlock) },
      protocol: 'v2',
      transport: 'rest',
      predictors: [
        {
          name: 'graph',
          replicas,
          graph: unitOf(graph, 0, settings),
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
 * which Seldon Core adds names of its own. A model's name that does not fit is told apart by its digest, behind two hyphens.
 */
export function deploymentName({ model, version }: Pick<Graph, 'model' | 'version'>): string {
  const fits = model.length <= 30 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(model);
  const short = model.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 20);
  return `cairn-${fits ? model : `${short}--${digestHex(digestOf(model)).slice(0, 8)}`}-${version}`;
}

/** Where MLflow's registry holds the weights of a version among its artifacts. */
export function weightsAddress(registry: string, { model, version }: Pick<Graph, 'model' | 'version'>): string {
  const query = new URLSearchParams({ name: model, version: String(version), path: 'model.onnx' }).toString();
  return `${registry}/model-versions/get-artifact?${query}`;
}

function unitOf(graph: Graph, index: number, settings: SeldonSettings): PredictiveUnit {
  const node = graph.nodes[index]!;
  const parameters = parametersOf(graph, node, settings);
  return {
    name: node.name,
    type: 'MODEL',
    parameters: Object.entries(parameters).map(([name, value]) => ({
      name,
      type: typeof value === 'number' ? 'INT' : 'STRING',
      value: String(value),
    })),
    children: index + 1 < graph.nodes.length ? [unitOf(graph, index + 1, settings)] : [],
  };
}

/** The parameters of a node, and what it has to know of its place. Their names are those of the model server's arguments. */
function parametersOf(
  { model, version }: Graph,
  { name: role, parameters, resources }: Graph['nodes'][number],
  { registry }: SeldonSettings,
): Record<string, string | number> {
  const given = { role, version: String(version), ...parameters };
  if (role === 'transformer') return given;
  return { ...given, weights: weightsAddress(registry, { model, version }), threads: resources.cpu };
}
