import { readdir, readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Plan, PlanStep } from '../../../../src/jobs/plan.ts';
import type { WorkflowRun } from '../../../../src/jobs/runner/argo/container.ts';
import { type ArgoSettings, renderWorkflow } from '../../../../src/jobs/runner/argo/workflow.ts';

const settings: ArgoSettings = {
  namespace: 'cairn',
  serviceAccount: 'cairn-step',
  store: {
    endpoint: 'minio.minio.svc:9000',
    insecure: true,
    region: 'us-east-1',
    bucket: 'cairn',
    prefix: 'jobs',
    accessKey: { name: 'artifact-store', key: 'accesskey' },
    secretKey: { name: 'artifact-store', key: 'secretkey' },
  },
  resources: { cpu: '2', memory: '4Gi', storage: '20Gi' },
  keep: 3600,
};
const image = `registry.example.org/steps@sha256:${'a'.repeat(64)}`;
const run: WorkflowRun = {
  job: '00000000-0000-4000-8000-000000000000',
  tracking: {
    uri: 'https://cairn.example.org/mlflow',
    experimentId: '1',
    runId: 'r1',
    token: { name: 'cairn-job', key: 'token' },
  },
  environment: { B: '2', A: '1' },
  tried: 0,
};

function step(name: string, more: Partial<PlanStep> = {}): PlanStep {
  const limits = { first: 10, silence: 20, total: 30 };
  const retry = { limit: 2, pause: 5, longest: 60 };
  return { name, entryPoint: name, parameters: {}, inputs: [], outputs: [], limits, retry, share: [0, 1], ...more };
}

const plan: Plan = {
  package: 'package',
  steps: [
    step('cut', { parameters: { data: { path: 'data/town' }, gsd: 0.3 }, inputs: ['data/town'], outputs: ['cut'] }),
    step('learn', { parameters: { words: `two; "$HOME" {x}` }, inputs: ['cut', 'data/town'], outputs: ['model'] }),
  ],
};

/** Argo's schema, held as strictly as the API server holds it: a field that it does not name is refused. */
const schema = JSON.parse(await readFile(new URL('schema/argo-workflows-3.7.0.json', import.meta.url), 'utf8')) as {
  definitions: Record<string, { properties?: object; additionalProperties?: unknown }>;
};
for (const definition of Object.values(schema.definitions)) {
  if (definition.properties !== undefined) definition.additionalProperties ??= false;
}
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const isWorkflow = ajv.compile({
  ...schema,
  oneOf: [{ $ref: '#/definitions/io.argoproj.workflow.v1alpha1.Workflow' }],
});

function problems(manifest: unknown): string[] {
  return isWorkflow(manifest) ? [] : ajv.errorsText(isWorkflow.errors, { separator: '\n' }).split('\n');
}

interface Template {
  name: string;
  steps?: { name: string; arguments: { artifacts: unknown[] } }[][];
  inputs: { artifacts: unknown[] };
  outputs: { artifacts: unknown[] };
  container: { image: string; command: string[]; args: string[]; env: { name: string }[] };
}

function templates(manifest = renderWorkflow(plan, image, run, settings)): Template[] {
  return manifest.spec.templates as unknown as Template[];
}

describe('a plan as an Argo workflow', () => {
  it("is one by Argo's own schema, which refuses what it does not know", () => {
    const workflow = renderWorkflow(plan, image, run, settings);
    expect(problems(workflow)).toEqual([]);
    expect(problems({ ...workflow, spec: { ...workflow.spec, retry: 3 } })).not.toEqual([]);
    expect(problems({ ...workflow, spec: { ...workflow.spec, entrypoint: 3 } })).not.toEqual([]);
  });

  it('is the same for the same plan, and is named after its job', () => {
    const again = { ...run, environment: { A: '1', B: '2' } };
    expect(JSON.stringify(renderWorkflow(plan, image, again, settings))).toBe(
      JSON.stringify(renderWorkflow(plan, image, run, settings)),
    );
    expect(renderWorkflow(plan, image, run, settings).metadata.name).toBe(`cairn-${run.job}`);
  });

  it('runs the steps one after the other, each on what the one before left', () => {
    const [all, cut, learn] = templates();
    expect(all!.steps!.map((group) => group.map(({ name }) => name))).toEqual([['cut'], ['learn']]);
    const laid = {
      name: 'data-town',
      s3: expect.objectContaining({ key: `jobs/${run.job}/data/town.tgz` }) as unknown,
    };
    expect(all!.steps![0]![0]!.arguments.artifacts).toEqual([laid]);
    expect(all!.steps![1]![0]!.arguments.artifacts).toEqual([
      { name: 'cut', from: '{{steps.cut.outputs.artifacts.cut}}' },
      laid,
    ]);
    expect(cut!.outputs.artifacts).toEqual([
      { name: 'cut', path: '/job/cut', s3: expect.objectContaining({ key: `jobs/${run.job}/cut.tgz` }) as unknown },
    ]);
    expect(learn!.inputs.artifacts).toEqual([
      { name: 'cut', path: '/job/cut' },
      { name: 'data-town', path: '/job/data/town' },
    ]);
  });

  it('runs the entry points of the image by its digest, with parameters that no shell reads', () => {
    const [, cut, learn] = templates();
    expect(cut!.container).toMatchObject({
      image,
      command: ['mlflow', 'run', '.'],
    });
    expect(cut!.container.args.join(' ')).toBe(
      '--entry-point cut --env-manager local --experiment-id 1 --run-id r1 -P data=/job/data/town -P gsd=0.3',
    );
    expect(learn!.container.args).toContain(`words=two; "$HOME" {x}`);
  });

  it('holds the limits and tries again what was not the fault of the step', () => {
    const [, cut] = templates();
    expect(cut).toMatchObject({
      activeDeadlineSeconds: '30',
      retryStrategy: { limit: '2', backoff: { duration: '5s', factor: '2', cap: '60s' } },
    });
    const once = { ...plan, steps: [step('cut', { retry: { limit: 0, pause: 1, longest: 1 } })] };
    expect(templates(renderWorkflow(once, image, run, settings))[1]).not.toHaveProperty('retryStrategy');
  });

  it('names secrets and holds none, and runs without rights', () => {
    const [, cut] = templates();
    expect(cut!.container.env).toContainEqual({
      name: 'MLFLOW_TRACKING_TOKEN',
      valueFrom: { secretKeyRef: { name: 'cairn-job', key: 'token' } },
    });
    expect(cut!.container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(renderWorkflow(plan, image, run, settings).spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
  });

  it('refuses a value that Argo would take for an expression', () => {
    const sly = { ...plan, steps: [step('cut', { parameters: { title: '{{workflow.uid}}' } })] };
    expect(() => renderWorkflow(sly, image, run, settings)).toThrow('The value of title holds {{');
    const environment = { CAIRN_SOURCE_COMMIT: '{{=1}}' };
    expect(() => renderWorkflow(plan, image, { ...run, environment }, settings)).toThrow('CAIRN_SOURCE_COMMIT');
  });
});

describe('the committed renderings', async () => {
  const folder = new URL('../../../../../../deploy/rendered/', import.meta.url);
  const files = (await readdir(folder)).filter((file) => /^(train|evaluate)-/.test(file));

  it.each(files)("%s is a workflow by Argo's own schema", async (file) => {
    expect(problems(parse(await readFile(new URL(file, folder), 'utf8')))).toEqual([]);
  });

  it('are there', () => {
    expect(files).toContain('train-building-detector.yaml');
  });
});
