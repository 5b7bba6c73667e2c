import type { SurveyReport } from '@cairn/contracts';
import { digestOf } from '@cairn/receipt';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nameOwner } from '../../src/jobs/lease-owner.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import type { OutsideGraph } from '../../src/inference/backend/backend.ts';
import { MlflowInventory } from '../../src/registry/mlflow/inventory.ts';
import { surveyOf } from '../../src/survey/checks.ts';
import type { Survey } from '../../src/survey/survey.ts';
import { trialExperiment } from '../../src/training/trials.ts';
import { openTraining, scientist } from '../training/fixture.ts';

let parts: Awaited<ReturnType<typeof openTraining>>;
let survey: Survey;
let offered: 'train-model'[] = [];
let graphs: OutsideGraph[] = [];
beforeAll(async () => {
  parts = await openTraining();
  const { database, objects, mlflow, outbox, versions, home } = parts;
  await mkdir(join(home, 'jobs'), { recursive: true });
  survey = surveyOf({
    database,
    objects,
    outbox,
    backend: {
      outside: {
        list: () => Promise.resolve(graphs),
        end: (ended) => {
          graphs = graphs.filter(({ name }) => name !== ended);
          return Promise.resolve();
        },
      },
    },
    versions,
    mlflow: mlflow.client,
    inventory: new MlflowInventory({ server: mlflow.server }),
    workFolder: join(home, 'jobs'),
    uploadFolder: objects.uploadFolder,
    remote: new FolderRemote({ folder: join(home, 'dvc-remote') }),
    offered: () => offered,
  });
});
afterAll(async () => parts.close());

/** A job's row. */
async function job(id: string, status: 'running' | 'failed', owner: string | null = null): Promise<void> {
  await parts.database.query(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor, lease_owner, lease_until)
     values ($1, 'train-model', '{}', $1, $2, $3, $4, clock_timestamp() + interval '1 hour')`,
    [id, status, scientist.id, owner],
  );
}

const amiss = ({ findings }: SurveyReport): string[] => findings.map(({ check, where }) => `${check} ${where}`).sort();

describe('a survey', () => {
  it('finds nothing in a state that fits, deep or not', async () => {
    await parts.outbox.deliver();
    expect(await survey.look(false)).toMatchObject({ ok: true, findings: [] });
    expect(await survey.look(true)).toMatchObject({ ok: true, findings: [] });
  });

  it('leaves alone what belongs to a job that is not finished', async () => {
    const { database, home, tokens, mlflow } = parts;
    offered = ['train-model'];
    await job('works', 'running', 'somebody on another machine');
    await mkdir(join(home, 'jobs', 'works'));
    await database.transaction((tx) => tokens.issueJob(tx, 'works', scientist));
    const experimentId = await mlflow.client.experiment('tiny');
    const run = await mlflow.client.createRun({ experimentId, name: 'works', tags: { 'cairn.job': 'works' } });
    await mlflow.client.findOrCreateVersion('tiny', run, 'model', { 'cairn.weights_digest': digestOf('other') });
    const trials = await mlflow.client.experiment(trialExperiment);
    const trial = await mlflow.client.createRun({
      experimentId: trials,
      name: 'trial',
      tags: { 'cairn.job': 'works' },
    });
    await mlflow.client.endRun(trial.runId, 'FINISHED');
    expect(await survey.repair(false, scientist)).toMatchObject({ ok: true, findings: [] });

    await database.query("update cairn.job set status = 'failed', lease_owner = null where id = 'works'");
    const found = await survey.look(false);
    expect(amiss(found)).toEqual([
      'MLflow runs run:' + run.runId,
      'MLflow versions version:tiny/2',
      `leftovers ${join(home, 'jobs', 'works')}`,
      'tokens job:works',
      'trial runs run:' + trial.runId,
    ]);
    expect(found).toMatchObject({ ok: false });
    expect((await survey.repair(false, scientist)).ok).toBe(true);
    expect((await mlflow.client.findRunById(run.runId))?.status).toBe('KILLED');
    expect(await mlflow.client.findRun(trials, 'cairn.job', 'works')).toBeNull();
    expect(existsSync(join(home, 'jobs', 'works'))).toBe(false);
    expect(await survey.look(false)).toMatchObject({ ok: true, findings: [] });
    const events = await database.query("select 1 from cairn.event where kind = 'state.repaired' and actor = 'owner'");
    expect(events).toHaveLength(5);
  });

  it('makes weights and archives again that are gone or changed, and takes an upload without a sender away', async () => {
    const { objects, versions } = parts;
    const { weights_digest: weights } = await versions.get('tiny', 1);
    await chmod(objects.path(weights), 0o644);
    await writeFile(objects.path(weights), 'other bytes');
    expect(await survey.look(false)).toMatchObject({ ok: true });
    expect(amiss(await survey.repair(true, scientist))).toEqual(['weights version:tiny/1']);
    expect(await objects.verify(weights)).toBe(true);

    await rm(objects.path(weights));
    await rm(objects.path((await versions.get('tiny', 1)).files['card.md']!.digest));
    const upload = join(objects.uploadFolder, 'half');
    await writeFile(upload, 'half of it');
    await writeFile(join(objects.uploadFolder, 'coming'), 'its sender is there');
    await utimes(upload, new Date(0), new Date(0));
    const [revision] = await parts.database.query<{ archive: string }>('select archive from cairn.revision');
    await rm(objects.path(revision!.archive));
    const mended = await survey.repair(false, scientist);
    expect(amiss(mended)).toEqual([
      'archives model:tiny',
      'cards and pictures version:tiny/1',
      `leftovers ${upload}`,
      'weights version:tiny/1',
    ]);
    expect(mended.ok).toBe(true);
    expect(await objects.verify(revision!.archive)).toBe(true);
    expect(await objects.verify(weights)).toBe(true);
    expect(existsSync(upload)).toBe(false);
    expect(existsSync(join(objects.uploadFolder, 'coming'))).toBe(true);
  });

  it('takes the lease of a dead gateway back, and tells of a job that nothing here can do', async () => {
    const { database } = parts;
    const dead = (await nameOwner()).replace(/ (\d+) (\d+) (\S+)$/, ' $1 1 $3');
    await job('held', 'running', dead);
    expect(amiss(await survey.repair(false, scientist))).toEqual(['jobs job:held']);
    offered = [];
    expect(await survey.repair(false, scientist)).toMatchObject({
      ok: false,
      findings: [{ check: 'jobs', where: 'job:held', repairable: false, repaired: false }],
    });
    await database.query("update cairn.job set status = 'failed' where id = 'held'");
  });

  it('tells MLflow again what it did not take', async () => {
    const { database, mlflow } = parts;
    await database.query(
      "insert into cairn.mlflow_outbox (model, version, kind, attempts) values ('tiny', 1, 'mirror', 3)",
    );
    await mlflow.client.setAlias('tiny', 'production', 1);
    expect(amiss(await survey.repair(false, scientist))).toEqual(['outbox version:tiny/1']);
    expect((await mlflow.client.registeredModel('tiny'))?.aliases).toEqual({});
  });

  it('takes graphs away that serve no version of here, and only tells of those of others', async () => {
    graphs = [
      { name: 'cairn-tiny-1-a', version: 'tiny/1', isOwn: true },
      { name: 'cairn-tiny-9-b', version: 'tiny/9', isOwn: true },
      { name: 'cairn-tiny-1-c', version: 'tiny/1', isOwn: false },
    ];
    const found = await survey.repair(false, scientist);
    expect(amiss(found)).toEqual(['graphs cairn-tiny-1-c', 'graphs cairn-tiny-9-b']);
    expect(found.findings.map(({ repaired }) => repaired)).toEqual([true, false]);
    expect(graphs.map(({ name }) => name)).toEqual(['cairn-tiny-1-a', 'cairn-tiny-1-c']);
    graphs = [];
  });

  it('names what cannot be mended from here, and what to do', async () => {
    const { database, objects, home, dataset } = parts;
    const [revision] = await database.query<{ files: { path: string; digest: string }[] }>(
      'select files from cairn.revision',
    );
    const file = revision!.files.find(({ path }) => path === 'steps.py')!;
    await rm(objects.path(file.digest));
    const list = join(home, 'dvc-remote/files/md5', dataset.dvcMd5.slice(0, 2), dataset.dvcMd5.slice(2));
    await chmod(list, 0o644);
    await writeFile(list, '[]');
    await database.query(
      `insert into cairn.prediction (id, request_digest, model, version, imagery, geojson_digest, features, area_km2,
         seconds, receipt, actor) values ('lost', 'r', 'tiny', 1, 'town', $1, 1, 1, 1, 'sha256:gone', 'owner')`,
      [digestOf('lost')],
    );
    await database.query(
      `insert into cairn.inference (id, model, version, input_digest, output_digest, receipt, actor)
       values ('gone', 'tiny', 1, 'i', 'o', 'sha256:gone too', 'owner')`,
    );
    await database.query("update cairn.receipt set prev = 'sha256:other' where kind = 'dataset'");
    await database.query("update cairn.data_history set commits = array['other']");
    const found = await survey.repair(false, scientist);
    expect(amiss(found)).toEqual([
      'catalogue predictions/lost',
      'datasets dataset:town',
      'datasets dataset:town',
      'receipts dataset:town',
      'receipts inference:gone',
      'receipts prediction:lost',
      'stored bytes model:tiny',
      'stored bytes prediction:lost',
    ]);
    expect(found.ok).toBe(false);
    for (const { repairable, action } of found.findings) {
      expect(repairable).toBe(false);
      expect(action).toMatch(/[Rr]estore/);
    }
  });
});
