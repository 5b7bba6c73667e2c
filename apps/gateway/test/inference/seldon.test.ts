import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OipInferResponse, OipTensor, Tensor } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ProcessBackend } from '../../src/inference/backend/process/backend.ts';
import { LocalServers } from '../../src/inference/backend/process/local-servers.ts';
import { ServingProgram } from '../../src/inference/backend/process/program.ts';
import {
  deploymentName,
  type PredictiveUnit,
  renderSeldonDeployment,
  type SeldonDeployment,
} from '../../src/inference/backend/seldon/deployment.ts';
import { packedImage } from '../../src/inference/backend/message.ts';
import { blockImage, seenBy } from '../../src/inference/block-image.ts';
import { graphOf, type Graph } from '../../src/inference/graph.ts';
import { buildings } from '../../src/registry/network-output.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { quietLogger } from '../registry/quiet.ts';
import { deploymentProblems } from './seldon-schema.ts';
import { type Node, startNode } from './seldon-node.ts';
import { seldonSettings as settings } from './seldon-settings.ts';

const weights = fileURLToPath(new URL('../../../serving/test/fixture/brightness.onnx', import.meta.url));
const digest = `sha256:${'a'.repeat(64)}`;
const bright = { model: 'bright', version: 7, weights_digest: digest, stride: 16, halo: 16, output: buildings };

/** A copy with one thing changed. */
function changed(manifest: SeldonDeployment, change: (copy: SeldonDeployment) => void): SeldonDeployment {
  const copy = structuredClone(manifest);
  change(copy);
  return copy;
}

describe('a graph as a deployment of Seldon Core', () => {
  const deployment = renderSeldonDeployment(graphOf(bright), settings);
  const [predictor] = deployment.spec.predictors;

  it('holds what such a resource and its pods may hold, and nothing else, in each node', () => {
    expect(deploymentProblems(deployment)).toEqual([]);
    const wrong: ((copy: SeldonDeployment) => void)[] = [
      ({ spec }) => Object.assign(spec, { protocols: 'v2' }),
      ({ spec }) => Object.assign(spec.predictors[0], { replicas: 'one' }),
      ({ spec }) => Object.assign(spec.predictors[0].graph, { modelURL: 'x' }),
      ({ spec }) => Object.assign(spec.predictors[0].graph.children[0]!, { kind: 'MODEL' }),
      ({ spec }) => Object.assign(spec.predictors[0].graph.children[0]!.parameters[0]!, { value: 3 }),
      ({ spec }) => Object.assign(spec.predictors[0].componentSpecs[0] as object, { containers: [] }),
    ];
    for (const change of wrong) expect(deploymentProblems(changed(deployment, change))).not.toEqual([]);
  });

  it('is a chain of two models, each a container of the same name, in one pod', () => {
    const units = unitsOf(predictor.graph);
    expect(units.map(({ name, type }) => [name, type])).toEqual([
      ['detector', 'MODEL'],
      ['transformer', 'MODEL'],
    ]);
    expect(predictor.componentSpecs).toMatchObject([
      {
        spec: {
          containers: units.map(({ name }) => ({ name, image: settings.image })),
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true },
        },
      },
    ]);
  });

  it('tells the detector where its weights lie in the registry, and by which digest it knows them', () => {
    const { graph } = predictor;
    expect(parameterOf(graph, 'digest')).toBe(digest);
    expect(parameterOf(graph, 'weights')).toBe(
      'https://cairn.example.org/mlflow/model-versions/get-artifact?name=bright&version=7&path=model.onnx',
    );
    expect(parameterOf(graph.children[0]!, 'weights')).toBeUndefined();
    // An address that Seldon Core would fetch from without looking at what comes.
    expect(JSON.stringify(deployment)).not.toContain('modelUri');
  });

  it('names the Secret with the token, and holds none', () => {
    expect(predictor.componentSpecs[0]).toMatchObject({
      spec: {
        containers: [
          { env: [{ name: 'MLFLOW_TRACKING_TOKEN', valueFrom: { secretKeyRef: settings.token } }] },
          { env: [] },
        ],
      },
    });
  });

  it('gives a node what it may use, and an inference as many threads as it has CPUs', () => {
    const graph: Graph = { ...graphOf(bright), replicas: 3 };
    graph.nodes[0].resources = { cpu: 4, memoryMiB: 1000 };
    const [rendered] = renderSeldonDeployment(graph, settings).spec.predictors;
    expect(rendered.replicas).toBe(3);
    expect(parameterOf(rendered.graph, 'threads')).toBe('4');
    const limits = { cpu: '4', memory: '1000Mi' };
    expect(rendered.componentSpecs[0]).toMatchObject({
      spec: { containers: [{ resources: { limits, requests: limits } }, {}] },
    });
    const [other] = renderSeldonDeployment(graph, { ...settings, threads: 2 }).spec.predictors;
    expect(parameterOf(other.graph, 'threads')).toBe('2');
    expect(other.componentSpecs[0]).toMatchObject({
      spec: { containers: [{ resources: { limits: { cpu: '2' } } }, {}] },
    });
  });

  it('is one container with all parameters where Seldon has no executor, as Seldon wants it then', () => {
    expect(deployment.spec.predictors[0].annotations).toEqual({});
    const alone = renderSeldonDeployment(graphOf(bright), { ...settings, executor: false });
    expect(deploymentProblems(alone)).toEqual([]);
    const [{ graph, annotations, componentSpecs }] = alone.spec.predictors;
    expect(annotations).toEqual({ 'seldon.io/no-engine': 'true' });
    expect(unitsOf(graph)).toHaveLength(1);
    expect(['role', 'digest', 'halo', 'classes'].map((name) => parameterOf(graph, name))).toEqual([
      'graph',
      digest,
      '16',
      '["background","building"]',
    ]);
    const limits = { cpu: '2', memory: '2560Mi' };
    expect(componentSpecs).toMatchObject([{ spec: { containers: [{ name: graph.name, resources: { limits } }] } }]);
  });

  it('has a name that Kubernetes takes, and that no other version has', () => {
    const models = ['a', 'a-b', 'a.b', 'a_b', 'a--b', 'a-', '9', 'A', 'x'.repeat(30), 'x'.repeat(31), '模型', '.'];
    const named = (model: string, version: number, weights_digest = digest, owner = settings.owner): string =>
      deploymentName(graphOf({ ...bright, model, version, weights_digest }), { owner });
    const names = models.flatMap((model) => [
      ...[1, 12].map((version) => named(model, version)),
      named(model, 1, `sha256:${'d'.repeat(64)}`),
      named(model, 1, digest, 'e'.repeat(16)),
    ]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]([a-z0-9-]{0,45}[a-z0-9])$/);
    expect(named('building-detector', 3)).toMatch(/^cairn-building-detector-3-[0-9a-f]{10}$/);
  });
});

describe('the committed rendering', () => {
  it('is such a resource', async () => {
    const file = new URL('../../../../deploy/rendered/graph-building-detector.yaml', import.meta.url);
    expect(deploymentProblems(parse(await readFile(file, 'utf8')))).toEqual([]);
  });
});

describe('the nodes of a deployment, started as Seldon Core starts them', () => {
  let home: string;
  let registry: Server;
  let asked: { url: string | undefined; authorization: string | undefined }[];
  let graph: Graph;
  let image: Tensor;
  let expected: string[];
  let nodes: Node[];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cairn-seldon-'));
    const objects = new ObjectStore({ root: join(home, 'objects') });
    const bytes = await readFile(weights);
    graph = graphOf({ ...bright, weights_digest: (await objects.put(bytes)).digest });
    // Four blocks in one call.
    const core = { x0: 0, y0: 0, x1: 700, y1: 600 };
    const seen = seenBy(core, graph);
    const width = seen.x1 - seen.x0;
    const rgba = new Uint8Array(width * (seen.y1 - seen.y0) * 4).map((_, i) => {
      const [x, y] = [((i >> 2) % width) >> 4, Math.floor((i >> 2) / width) >> 4];
      return i % 4 === 3 || (x * 7 + y * 13) % 5 < 2 ? 220 : 40;
    });
    const pixels = blockImage(core, seen, rgba, { threshold: 0.5, block: 512 });
    image = await packedImage(pixels);
    const parts = { runFolder: join(home, 'run'), logFolder: join(home, 'logs'), logger: quietLogger() };
    const children = new Children({ ...parts, environment: { PATH: process.env['PATH'] ?? '' } });
    const program = new ServingProgram({ folder: join(home, 'serving') });
    const backend = new ProcessBackend({ objects, servers: new LocalServers({ children, program, threads: 2 }) });
    expected = await backend.infer(graph, pixels, new AbortController().signal);
    await backend.close();
    await children.stopAll();
    asked = [];
    registry = createServer(({ url, headers: { authorization } }, response) => {
      asked.push({ url, authorization });
      // As a registry that is being started anew.
      if (asked.length === 1) response.writeHead(503).end();
      else response.end(bytes);
    });
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    const { port } = registry.address() as AddressInfo;
    const deployment = renderSeldonDeployment(graph, { ...settings, registry: `http://127.0.0.1:${port}` });
    const units = unitsOf(deployment.spec.predictors[0].graph);
    nodes = await Promise.all(units.map((unit) => startNode(unit, { MLFLOW_TRACKING_TOKEN: 'secret' })));
  });
  afterAll(async () => {
    for (const node of nodes) node.child.kill('SIGKILL');
    registry.close();
    await rm(home, { recursive: true, force: true });
  });

  it('answer together, bit for bit, what the process backend answers', async () => {
    let outputs = [image] as OipTensor[];
    for (const { name, address } of nodes) {
      const response = await fetch(`${address}/v2/models/${name}/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs: outputs }),
      });
      ({ outputs } = (await response.json()) as OipInferResponse);
    }
    expect(expected.map((text) => text.length > 1000)).toEqual([true, true, true, true]);
    expect(outputs).toMatchObject([{ name: 'shapes', datatype: 'BYTES', shape: [4], data: expected }]);
  });

  it('ask the registry for the version with their token, again where it is not up yet', () => {
    const call = { url: '/model-versions/get-artifact?name=bright&version=7&path=model.onnx' };
    expect(asked).toEqual([
      { ...call, authorization: 'Bearer secret' },
      { ...call, authorization: 'Bearer secret' },
    ]);
  });
});

function unitsOf(unit: PredictiveUnit): PredictiveUnit[] {
  return [unit, ...unit.children.flatMap(unitsOf)];
}

function parameterOf({ parameters }: PredictiveUnit, name: string): string | undefined {
  return parameters.find((parameter) => parameter.name === name)?.value;
}
