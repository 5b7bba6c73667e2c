import { setTimeout as pause } from 'node:timers/promises';
import type { CairnClient, SurveyReport } from '@cairn/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../src/cluster/asker.ts';
import { answering } from '../src/cluster/clustered.ts';
import { Cluster } from '../src/cluster/cluster.ts';
import { approver, patientClient } from '../src/cluster/patient-client.ts';
import type { Errand } from '../src/faults/errand.ts';
import { Ledger } from '../src/faults/ledger.ts';
import { addDataset, addImagery, dataset, imagery, model, predict, register, train } from '../src/faults/tasks.ts';

const patient = { timeout: 900_000 };
/** Side of the picture that is predicted on: so many blocks that something can befall it in their midst. */
const edge = 4096;

/**
 * What befalls a cluster while work runs on it: pods end, a node takes none, the object store is away. Each job that was acknowledged
 * comes to its end, and what it left is there once.
 */
export function describeDisturbances(): void {
  describe('in the middle of work', () => {
    const cluster = Cluster.told()!;
    let client: CairnClient;
    let ledger: Ledger;
    let number = 100;
    beforeAll(async () => {
      client = patientClient(cluster);
      await answering(cluster.address);
      ledger = await Ledger.of(client);
      const base = process.env['CAIRN_TEST_STEPS_BASE']!;
      const asks = [
        register(client, number, model, base),
        addDataset(client, number, dataset),
        addImagery(client, number, imagery, edge),
      ];
      for (const ask of asks) expect(await (await (await ask)(client)).end(client, ledger)).toBeNull();
      const ravi = await approver(cluster, 'ravi');
      await ravi.changeStage(model, 1, { to: 'production', reason: 'It finds what is bright.' });
      ledger.receipt('approval');
    }, 900_000);

    /** A training whose package runs in a pod. */
    const training = async (): Promise<{ errand: Errand; id: string }> => {
      const errand = await train(++number)(client);
      const [{ jobID: id } = { jobID: '' }] = (await client.jobs({ processID: 'train-model', limit: 1 })).jobs;
      await expect.poll(() => cluster.stepsOf(id), { timeout: 300_000, interval: 200 }).not.toEqual([]);
      return { errand, id };
    };
    /** A prediction of which some blocks are done. */
    const prediction = async (): Promise<Errand> => {
      const errand = await predict(++number)(client);
      await expect.poll(() => errand.percent(client), { timeout: 300_000, interval: 50 }).toBeGreaterThan(20);
      return errand;
    };
    const ended = async (errand: Errand): Promise<void> => {
      expect(await errand.end(client, ledger), errand.name).toBeNull();
    };

    test('gateways are killed while a training runs: the next goes on with the same workflow', patient, async () => {
      const { errand, id } = await training();
      await cluster.killServices('gateway');
      await ended(errand);
      expect((await client.jobLog(id)).match(/submitted as the workflow/g)).toHaveLength(1);
    });

    test('the pod of a step is killed: it is tried again', patient, async () => {
      const { errand, id } = await training();
      await cluster.kill(cluster.steps, ...(await cluster.stepsOf(id)));
      await ended(errand);
    });

    test('a node takes no pods for a while: the next step waits for it', patient, async () => {
      const { errand, id } = await training();
      const nodes = (await cluster.kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
      await cluster.kubectl('cordon', ...nodes);
      try {
        await expect
          .poll(() => client.jobLog(id), { timeout: 120_000, interval: 1000 })
          .toMatch(/waits: .*unschedulable/);
      } finally {
        await cluster.kubectl('uncordon', ...nodes);
      }
      await ended(errand);
    });

    test('the object store is killed while a training runs', patient, async () => {
      const { errand } = await training();
      await cluster.killServices('minio');
      await ended(errand);
    });

    test(
      'the chart is upgraded while a training runs: it ends well, and nobody is left without an answer',
      patient,
      async () => {
        const { errand, id } = await training();
        const told = await ask(cluster);
        await cluster.upgrade({ 'gateway.settings.CAIRN_MAX_AOI_KM2': '3' });
        await cluster.whole('gateway');
        const { answered, failed } = await told();
        expect(failed).toEqual([]);
        expect(answered).toBeGreaterThan(50);
        await ended(errand);
        expect((await client.jobLog(id)).match(/submitted as the workflow/g)).toHaveLength(1);
      },
    );

    test('gateways are killed while a prediction runs: it is made once', patient, async () => {
      const errand = await prediction();
      await cluster.killServices('gateway');
      await ended(errand);
    });

    test('the pods of a graph are killed while a prediction runs: the blocks are asked again', patient, async () => {
      const errand = await prediction();
      await cluster.kill(cluster.graphs, ...(await cluster.graphsReady()));
      await ended(errand);
    });

    test('the object store is killed while a prediction runs', patient, async () => {
      const errand = await prediction();
      await cluster.killServices('minio');
      await ended(errand);
    });

    test('everything that was acknowledged is there once, and everything fits', patient, async () => {
      for (const service of ['gateway', 'minio']) await cluster.whole(service);
      let report: SurveyReport;
      const until = Date.now() + 300_000;
      for (;;) {
        report = await client.survey({ deep: true });
        if (report.findings.length === 0 || Date.now() > until) break;
        await pause(2000);
      }
      expect(report.findings).toEqual([]);
      await ledger.compare(client);
    });
  });
}
