import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mlflowProxy } from '../../src/registry/mlflow/proxy.ts';
import { tools } from '../db/template.ts';
import { startIdentity } from '../identity/gateway.ts';
import { openMlflow, type TestMlflow } from './mlflow-fixture.ts';

let mlflow: TestMlflow;
let gateway: Awaited<ReturnType<typeof startIdentity>>;
let address: string;
let step: string;
let own: string;
let other: string;

beforeAll(async () => {
  mlflow = await openMlflow();
  gateway = await startIdentity((database) => [
    mlflowProxy({ server: mlflow.server, database, maxUploadBytes: 64 * 1024 * 1024 }),
  ]);
  await gateway.app.listen({ host: '127.0.0.1', port: 0 });
  address = `http://127.0.0.1:${(gateway.app.server.address() as AddressInfo).port}`;
  own = (await mlflow.client.createRun({ experimentId: '0', name: 'own', tags: {} })).runId;
  other = (await mlflow.client.createRun({ experimentId: '0', name: 'other', tags: {} })).runId;
  await gateway.database.query(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor, outer_ids)
     values ('job', 'train-model', '{}', 'd', 'running', 'owner', $1)`,
    [{ mlflowRun: own }],
  );
  step = await gateway.database.transaction((tx) => gateway.tokens.issueJob(tx, 'job', { id: 'owner' }));
});
afterAll(async () => {
  await gateway.close();
  await mlflow.close();
});

const as = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** Runs a Python program with MLflow's own client, which finds the door by the environment alone. */
async function python(
  program: string,
  token: string,
  runId?: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(tools, 'python', 'bin', 'python'), ['-c', program], {
    env: {
      PATH: process.env.PATH,
      HOME: mlflow.home,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_TRACKING_URI: `${address}/mlflow`,
      MLFLOW_TRACKING_TOKEN: token,
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      ...(runId === undefined ? {} : { MLFLOW_RUN_ID: runId }),
    },
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

const logging = `
import mlflow
with mlflow.start_run():
    mlflow.log_params({"lr": 0.003, "seed": 0})
    mlflow.log_metric("loss", 0.5, step=1)
    mlflow.set_tag("note", "logged through the door")
    mlflow.log_input(mlflow.data.meta_dataset.MetaDataset(mlflow.data.http_dataset_source.HTTPDatasetSource("https://example.org/d"), name="d"))
    mlflow.log_text("hello", "notes/hello.txt")
    print(mlflow.artifacts.load_text(mlflow.get_artifact_uri("notes/hello.txt")))
`;

describe('the door to MLflow', () => {
  it('lets the step of a job log to the run of its job with MLflow’s own client', async () => {
    const { code, output } = await python(logging, step, own);
    expect([code, output]).toEqual([0, expect.stringContaining('hello')]);
    const run = await mlflow.client.findRunById(own);
    expect(run).toMatchObject({
      status: 'FINISHED',
      parameters: { lr: '0.003', seed: '0' },
      metrics: { loss: 0.5 },
    });
    expect(run?.tags.note).toBe('logged through the door');
  });

  it('lets it neither log to another run nor register a model', async () => {
    const another = await python(logging, step, other);
    expect(another.code).not.toBe(0);
    expect(another.output).toContain('reaches its own run');
    expect(await mlflow.client.findRunById(other)).toMatchObject({ status: 'RUNNING', parameters: {} });
    for (const token of [step, gateway.token]) {
      const registering = await fetch(`${address}/mlflow/api/2.0/mlflow/registered-models/create`, {
        method: 'POST',
        headers: as(token),
        body: '{"name":"mine"}',
      });
      expect(registering.status).toBe(403);
    }
    expect(await mlflow.client.registeredModel('mine')).toBeNull();
  });

  it('lets an account use MLflow from a notebook, with runs of its own', async () => {
    const program = `
import mlflow
mlflow.set_experiment("notebook")
with mlflow.start_run() as run:
    mlflow.log_metric("f1", 0.7)
print("found", len(mlflow.search_runs(experiment_names=["notebook"])))
`;
    expect(await python(program, gateway.token)).toMatchObject({
      code: 0,
      output: expect.stringContaining('found 1') as string,
    });
  });

  it('serves the pages of MLflow under its own folder', async () => {
    const answer = await fetch(`${address}/mlflow`, { headers: as(gateway.token) });
    expect(answer.url).toBe(`${address}/mlflow/`);
    const page = await answer.text();
    const script = /src="(static-files\/[^"]+\.js)"/.exec(page)?.[1];
    const part = await fetch(new URL(script!, answer.url), { headers: as(gateway.token) });
    expect([part.status, part.headers.get('content-type')]).toEqual([200, expect.stringContaining('javascript')]);
    const search = await fetch(`${address}/mlflow/ajax-api/2.0/mlflow/experiments/search?max_results=5`, {
      headers: { ...as(gateway.token), origin: address },
    });
    expect(search.status).toBe(200);
  });

  it('is closed without a token, and after the job has ended', async () => {
    expect((await fetch(`${address}/mlflow/`)).status).toBe(401);
    await gateway.database.transaction((tx) => gateway.tokens.revokeJob(tx, 'job'));
    const late = await fetch(`${address}/mlflow/api/2.0/mlflow/runs/get?run_id=${own}`, { headers: as(step) });
    expect(late.status).toBe(401);
  });

  it.each([
    ['GET', '/mlflow/..%2f..%2fsession', undefined, 403],
    ['GET', '/mlflow/api/2.0/mlflow/runs/get%zz', undefined, 400],
    ['POST', '/mlflow/api/2.0/mlflow/runs/search', '{"a":', 400],
    ['POST', '/mlflow/api/2.0/mlflow/runs/create', `{"pad":"${'x'.repeat(9 * 1024 * 1024)}"}`, 413],
    ['GET', '/mlflow/api/2.0/mlflow/runs/get?run_id=none', undefined, 404],
    ['DELETE', '/mlflow/api/2.0/mlflow/registered-models/delete', '{"name":"x"}', 403],
  ])('answers %s %s (%#) as what it is', async (method, path, body, status) => {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: { ...as(gateway.token), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining('"')]);
  });

  it('says that MLflow is not there when it is not', async () => {
    await mlflow.server.stop();
    const answer = await fetch(`${address}/mlflow/`, { headers: as(gateway.token) });
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'mlflow-unavailable' }),
    ]);
  });
});
