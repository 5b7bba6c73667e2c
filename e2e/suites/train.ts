import type { StatusInfo } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cairn } from '../src/cairn.ts';
import { clustered } from '../src/cluster/clustered.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { type DvcRepository, dvcRepository } from '../src/dvc-repository.ts';
import { datasetOf, packageOf, upload } from '../src/faults/content.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

/** A package that learns nothing, but goes every step of a training; a step count of 9999 has it wait until it is ended. */
const model = 'hut';
const dataset = 'hamlet';
/** Steps of a training start Python programs, and MLflow: on a busy machine that takes its time. */
const patient = 240_000;

/** By how many pixels what stands in a box is wider than it. Runs in the browser. */
const hiddenWidth = (box: unknown): number => {
  const { scrollWidth, clientWidth } = box as { scrollWidth: number; clientWidth: number };
  return scrollWidth - clientWidth;
};

/** Training on the page: the data, the form, the work as it goes on, runs beside each other. */
export function describeTrain(demo: () => DemoHome): void {
  describe('training on the page', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    let jobAddress = '';
    /** On a cluster every gateway would have to see it. */
    let theirs: DvcRepository | undefined;
    beforeAll(async () => {
      if (clustered() === undefined) theirs = await dvcRepository('datasets/village', await datasetOf(3));
      const { client } = await stage.open({ CAIRN_DATA_SOURCES: theirs?.url ?? '' });
      await client.run('register-model', {
        files: await upload(client, await packageOf(model, 1, process.env['CAIRN_TEST_STEPS_BASE'])),
      });
      for (const number of [1, 2]) {
        const files = await upload(client, await datasetOf(number));
        await client.run('add-dataset', { id: dataset, title: 'A hamlet', licence: 'CC0-1.0', files });
      }
      visit = await stage.begin();
    }, patient);
    afterAll(async () => {
      await stage.close();
      await theirs?.remove();
    });
    const page = () => visit.page;
    const button = (name: string) => page().getByRole('button', { name, exact: true });
    const heading = (name: string) => page().getByRole('heading', { name, exact: true });
    const says = (text: string | RegExp, timeout = 30_000) => page().getByText(text).first().waitFor({ timeout });

    test('a dataset shows its chips and labels on a map, what was found in it, and how it changed', async () => {
      await page().getByRole('link', { name: 'Training', exact: true }).click();
      await page()
        .getByRole('link', { name: /A hamlet/ })
        .click();
      await heading('A hamlet').waitFor();
      await says('Dashed: 2 images. Filled: 1 outline.');
      await visit.mapDrawn();
      const { properties } = await stage.cairn.client.get<{ properties: { 'cairn:warnings': { words: string }[] } }>(
        `/stac/collections/datasets/items/${dataset}`,
      );
      for (const { words } of properties['cairn:warnings']) await says(words);
      await says(/^Version 2, by owner/);
      await says('cairn:digest');
      await says(/of the area is built/);
      expect(await visit.barriers()).toEqual([]);
    });

    test('taking data back tells before what goes with it', async () => {
      await page().getByText('Take this data back').click();
      await button('Show what it affects').click();
      await says('Give a reason: at least three letters.');
      await page().getByLabel('Why, in your own words').fill('Its labels are wrong.');
      await button('Show what it affects').click();
      await says('No version of a model learnt from it.');
      await button('Take it back for good').waitFor();
    });

    test('the form is made of the package’s schema and holds each setting to its range before anything is sent', async () => {
      await page().getByRole('link', { name: 'Train with it' }).click();
      await page().getByLabel('Model').selectOption(model);
      const steps = page().getByLabel('steps');
      expect(await steps.inputValue()).toBe('40');
      await says(/at least 1 · usually 40/);
      await steps.fill('0.5');
      await button('Start the training').click();
      await says('Give a whole number.');
      expect(await steps.getAttribute('aria-invalid')).toBe('true');
      expect(await visit.barriers()).toEqual([]);
      expect(await stage.cairn.client.runs(model)).toHaveLength(1);
      await steps.fill('7');
      await says('This model was not trained here before: how long it takes is not known. It may be hours.');
    });

    test(
      'the keyboard alone starts it; its steps, its log and its curves come as it goes on',
      { timeout: patient },
      async () => {
        const { keyboard } = page();
        await visit.tabTo(page().getByLabel('steps'));
        await keyboard.press('ControlOrMeta+a');
        await keyboard.type('7');
        await visit.tabTo(button('Start the training'));
        await keyboard.press('Enter');
        await page().waitForURL(/#\/jobs\//);
        jobAddress = page().url();
        await page().locator('[aria-current="step"]').getByText('train', { exact: true }).waitFor({ timeout: patient });
        await page().reload();
        await page().getByRole('log').getByText('step: train').waitFor({ timeout: patient });
        await page().getByText('Done', { exact: true }).waitFor({ timeout: patient });
        await page()
          .getByRole('img', { name: /^loss: loss, first 0.9, last 0.5/ })
          .waitFor({ timeout: patient });
        await page().getByText('loss as a table').click();
        await page().getByRole('row', { name: '1 0.5' }).waitFor();
        expect(await visit.barriers()).toEqual([]);
      },
    );

    test('what it left waits for a decision, and stands beside other runs', { timeout: patient }, async () => {
      await page().getByRole('link', { name: 'Compare runs' }).click();
      await heading('Compare runs').waitFor();
      await page()
        .getByRole('row', { name: /^steps / })
        .getByText('40', { exact: true })
        .waitFor();
      // Nobody told the steps of the run that the training left: a setting is not measured.
      await page()
        .getByRole('region', { name: 'Settings that differ' })
        .getByText('not recorded', { exact: true })
        .first()
        .waitFor();
      await page()
        .getByRole('columnheader', { name: `${model}/2` })
        .first()
        .waitFor();
      expect(await visit.barriers()).toEqual([]);
      await page().goto(jobAddress);
      await page().getByRole('link', { name: 'Evidence and decision' }).click();
      await heading(`Decide on: Tiny, trained on A hamlet`).waitFor();
    });

    test(
      'how long the next one takes is told before it starts, by the one that was',
      { timeout: patient },
      async () => {
        const { client } = stage.cairn;
        const { jobs } = await client.jobs({ processID: 'train-model', status: 'successful', limit: 1 });
        const [{ steps, jobID }] = jobs as [StatusInfo];
        const seconds = (step: (typeof steps)[number]) =>
          (Date.parse(step.finished!) - Date.parse(step.started)) / 1000;
        const took = steps.reduce((sum, step) => sum + seconds(step), 0);
        const learning = seconds(steps.find(({ name }) => name === 'train')!);
        expect(jobAddress).toContain(jobID);

        const again = await client.estimateTraining({ model, dataset, hyperparameters: { steps: 7 } });
        expect(again.learnt).toEqual({ runs: 1, differing: [], count: { name: 'steps', asked: 7, learnt: 7 } });
        expect(again.expected!.seconds / took).toBeCloseTo(1, 1);
        const twice = await client.estimateTraining({ model, hyperparameters: { steps: 14, lr: 0.1 } });
        expect(twice.learnt).toMatchObject({ differing: ['lr', 'dataset'], count: { asked: 14, learnt: 7 } });
        expect(twice.expected!.seconds / (took + learning)).toBeCloseTo(1, 1);
        await expect(client.estimateTraining({ model, hyperparameters: { steps: 0 } })).rejects.toMatchObject({
          code: 'input-invalid',
          more: { where: '/inputs/hyperparameters/steps' },
        });

        const words = ['train', model, '--dataset', dataset, '--set', 'steps=14', '--estimate'];
        const { code, stdout } = await cairn(words, { home: demo().home });
        expect(code).toBe(0);
        expect(stdout).toMatch(/^About .+ \(.+ to .+\); learnt from an earlier training here with 7 steps, for 14\.$/m);

        await visit.open(`/train?model=${model}&dataset=${dataset}`);
        await page().getByLabel('steps').fill('14');
        await says(/Takes about/);
        await says('Learnt from 1 earlier training here. steps: 7 then, 14 now.');
        expect(await visit.barriers()).toEqual([]);
      },
    );

    test('one that is not wanted any more is cancelled', { timeout: patient }, async () => {
      await visit.open(`/train?model=${model}&dataset=${dataset}&set=${encodeURIComponent('{"steps":9999}')}`);
      await button('Start the training').click();
      await page().waitForURL(/#\/jobs\//);
      await page().locator('[aria-current="step"]').getByText('train', { exact: true }).waitFor({ timeout: patient });
      await button('Cancel').click();
      await says('Cancelled', patient);
      await page().getByRole('link', { name: 'Change something and try again' }).click();
      expect(await page().getByLabel('steps').inputValue()).toBe('9999');
    });

    test.skipIf(clustered() !== undefined)(
      'data of a DVC repository are asked for in the form; what is wrong with them stands at their fields',
      { timeout: patient },
      async () => {
        const { keyboard } = page();
        const field = (name: string) => page().getByLabel(name, { exact: true });
        const faultOf = async (name: string) => {
          const ids = (await field(name).getAttribute('aria-describedby'))!.split(' ');
          return page()
            .locator(`[id="${ids.at(-1)!}"]`)
            .textContent();
        };
        await visit.open(`/train?model=${model}`);
        await page().getByLabel('Training data').selectOption('Other data, in a DVC repository …');
        await field('Address of the Git repository').fill('https://me:secret@example.org/data');
        await button('Start the training').click();
        await says('This does not have the form that is asked for.');
        expect(await field('Address of the Git repository').getAttribute('aria-invalid')).toBe('true');
        expect(await faultOf('Folder in the repository')).toBe('Give a value.');
        expect(await visit.isOn(field('Address of the Git repository'))).toBe(true);
        expect(await visit.barriers()).toEqual([]);

        await keyboard.press('ControlOrMeta+a');
        await keyboard.type(theirs!.url);
        await visit.tabTo(field('Folder in the repository'));
        await keyboard.type('datasets/village');
        await visit.tabTo(page().getByLabel('steps'));
        await keyboard.press('ControlOrMeta+a');
        await keyboard.type('8');
        await visit.tabTo(button('Start the training'));
        await keyboard.press('Enter');
        await page().waitForURL(/#\/jobs\//);
        await says('This did not work', patient);
        await page().getByRole('link', { name: 'Change something and try again' }).click();
        await field('Licence').waitFor();
        expect(await faultOf('Licence')).toContain('Nothing tells the licence of the data');
        expect(await field('Folder in the repository').inputValue()).toBe('datasets/village');
        expect(await page().getByLabel('steps').inputValue()).toBe('8');
        expect(await visit.barriers()).toEqual([]);

        await visit.tabTo(field('Licence'));
        await keyboard.type('CC0-1.0');
        await keyboard.press('Enter');
        await page().getByText('Done', { exact: true }).waitFor({ timeout: patient });
        const { jobs } = await stage.cairn.client.jobs({ processID: 'train-model', limit: 1 });
        expect(await stage.cairn.client.jobResult(jobs[0]!.jobID)).toMatchObject({ dataset: 'village' });
      },
    );

    test.each(['en', 'fr', 'es', 'ar'] as const)(
      'in %s its pages fit a window of 360 pixels and have no barrier, by day and by night',
      async (language) => {
        const reader = await stage.begin({ language, width: 360, height: 740 });
        const places = [
          '/training',
          '/train',
          '/train?dvc={}',
          '/runs',
          `/datasets/${dataset}`,
          jobAddress.replace(/^.*#/, ''),
        ];
        for (const place of places) {
          await reader.open(place);
          for (const colorScheme of language === 'en' ? (['light', 'dark'] as const) : (['light'] as const)) {
            await reader.page.emulateMedia({ colorScheme });
            expect([place, await reader.barriers(), await reader.overflow()]).toEqual([place, [], 0]);
          }
          // Figures stand beside their names, not beyond the window.
          for (const table of await reader.page.locator('.table-scroll').all()) {
            expect([place, await table.evaluate(hiddenWidth)]).toEqual([place, 0]);
          }
        }
        await reader.end();
      },
    );

    test('it makes no request to any other host and no mistake of its own', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
