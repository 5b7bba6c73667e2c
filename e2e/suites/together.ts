import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FoundFeature } from '@cairn/contracts';
import { copyHome, type DemoHome } from '../src/demo-home.ts';
import { installed } from '../src/installed.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

const model = 'building-detector';
/** Areas that nobody has asked for. */
const areas = ['86.0692,15.3759,86.0708,15.3774', '86.0722,15.3788,86.0738,15.3803'] as const;
const password = 'a long password';
const patient = { timeout: 90_000 };

interface Prediction {
  id: string;
  actor: string;
  imagery: string;
  features: number;
}

/**
 * Two people at one Cairn at the same time, and a page that is loaded again in the middle of everything. A copy of the state folder
 * is theirs; an installation keeps what they do, so the version that others look at later is not taken back there.
 */
export function describeTogether(demo: () => DemoHome): void {
  describe('two at once', () => {
    let home = '';
    const stage = new Stage(() => ({ ...demo(), home }));
    let owner: Visit;
    let devi: Visit;
    let result: Prediction;
    const predictions = () => stage.cairn.client.get<Prediction[]>('/predictions');
    const heading = (name: string | RegExp, on: Visit) => on.page.getByRole('heading', { name });
    const button = (name: string, on: Visit) => on.page.getByRole('button', { name, exact: true });
    const says = (words: string | RegExp, on: Visit) => on.page.getByText(words).first().waitFor(patient);
    const review = (on: Visit) => on.page.getByRole('region', { name: 'Review' });
    const reload = async (on: Visit): Promise<void> => {
      await on.page.reload();
      await on.page.locator('main h1').waitFor();
    };
    const signedIn = async (name: string): Promise<Visit> => {
      const visit = await stage.begin({ stranger: true });
      await visit.page.getByLabel('Name').fill(name);
      await visit.page.getByLabel('Password').fill(password);
      await visit.page.keyboard.press('Enter');
      await heading('Find buildings on aerial images', visit).waitFor();
      return visit;
    };
    /** Nothing is answered by the model while something is done. */
    const held = async (work: () => Promise<void>): Promise<void> => {
      const release = await stage.cairn.hold();
      try {
        await work();
      } finally {
        await release();
      }
    };
    const asks = async (on: Visit, area: string): Promise<string> => {
      await on.open(`/predict?model=${model}&area=${area}`);
      await says(/Takes about/, on);
      await button('Find buildings', on).click();
      await on.page.waitForURL(/#\/jobs\//);
      return on.page.url();
    };

    beforeAll(async () => {
      if (installed() === undefined) home = await copyHome(demo().home);
      const { client } = await stage.open();
      await client.addAccount({ id: 'devi', roles: ['mapper'], password });
      await client.addAccount({ id: 'nima', roles: ['approver'], password });
      owner = await stage.begin();
      devi = await signedIn('devi');
      result = (await predictions()).at(-1)!;
      // So that there is a model that answers.
      await client.run('predict', { model, imagery: result.imagery, aoi: [86.0689, 15.3755, 86.0691, 15.3757] });
    });
    afterAll(async () => {
      await stage.close();
      if (home !== '') await rm(dirname(home), { recursive: true, force: true });
    });

    test('both predict and load the page again while it runs: each comes to their own result, and nothing runs twice', async () => {
      const before = await predictions();
      const jobs: string[] = [];
      await held(async () => {
        jobs.push(...(await Promise.all([asks(owner, areas[0]), asks(devi, areas[1])])));
        expect(new Set(jobs).size).toBe(2);
        await Promise.all([reload(owner), reload(devi)]);
        expect([owner.page.url(), devi.page.url()]).toEqual(jobs);
        await Promise.all([owner, devi].map((visit) => button('Cancel', visit).waitFor()));
      });
      for (const [visit, actor] of [
        [owner, 'owner'],
        [devi, 'devi'],
      ] as const) {
        await visit.page.waitForURL(/#\/predictions\//, patient);
        const id = /predictions\/([0-9a-f]+)/.exec(visit.page.url())![1]!;
        const own = (await predictions()).find((one) => one.id === id)!;
        expect(own.actor).toBe(actor);
        await heading(new RegExp(`^${own.features} buildings? on`), visit).waitFor();
      }
      expect(await predictions()).toHaveLength(before.length + 2);
    });

    test('an area stands in the address: it is there again when the page is loaded in the middle of drawing another', async () => {
      await devi.open(`/predict?model=${model}&area=${areas[0]}`);
      await says(/Answered before/, devi);
      await button('Draw a box', devi).click();
      await devi.mapDrawn();
      const box = (await devi.page.locator('.map canvas').boundingBox())!;
      await devi.page.mouse.click(box.x + 0.2 * box.width, box.y + 0.2 * box.height);
      await reload(devi);
      await says('The area that you chose', devi);
      await says(/Answered before/, devi);
      await button('Draw a box', devi).waitFor();
    });

    test('what one says of a building the other sees when they load the page again; the last word stands, under its name', async () => {
      const { features } = await stage.cairn.client.get<{ features: FoundFeature[] }>(
        `/predictions/${result.id}/buildings.geojson`,
      );
      for (const visit of [owner, devi]) {
        await visit.open(`/predictions/${result.id}`);
        await visit.mapDrawn();
        await button('Review by keyboard', visit).click();
        await review(visit).getByText('Nobody has looked at this one yet.').waitFor();
      }
      await owner.page.keyboard.press('a');
      await review(owner).getByText('Of 1 that were looked at, 100% are buildings').waitFor();
      await expect.poll(async () => (await stage.cairn.client.reviews(result.id)).reviews.length).toBe(1);
      await reload(devi);
      await review(devi).getByText('1 accepted').waitFor();
      await devi.page.locator('.table-row').first().click();
      await button('Review by keyboard', devi).click();
      await review(devi).getByText('Accepted', { exact: false }).first().waitFor();
      await devi.page.keyboard.press('r');
      await review(devi).getByText('Of 1 that were looked at, 0% are buildings').waitFor();
      await expect
        .poll(async () => (await stage.cairn.client.reviews(result.id)).reviews)
        .toMatchObject([{ feature: features[0]!.id, verdict: 'rejected', actor: 'devi' }]);
      // In the middle of drawing an outline anew: what was said is there again, what was not saved is not.
      await owner.page.keyboard.press('e');
      await review(owner).getByText('Drag its corners').waitFor();
      await reload(owner);
      await review(owner).getByText('1 rejected').waitFor();
      expect((await stage.cairn.client.reviews(result.id)).reviews).toHaveLength(1);
    });

    test('a form that is loaded again in the middle starts and decides nothing, and stands where its address says', async () => {
      const [jobs, versions] = [await stage.cairn.client.jobs(), await stage.cairn.client.versions(model)];
      await owner.open(`/train?model=${model}&dataset=scene`);
      await owner.page.getByLabel('Steps').fill('7');
      await reload(owner);
      expect(await owner.page.getByLabel('Training data').inputValue()).toBe('scene');
      expect(await owner.page.getByLabel('Steps').inputValue()).not.toBe('7');
      await owner.open(`/approve/${model}?version=1`);
      await owner.page.getByRole('radio', { name: 'Take it back, with all its results' }).check();
      await owner.page.getByLabel('Why, in your own words').fill('Its labels are wrong.');
      await reload(owner);
      await says('What do you decide?', owner);
      expect([await stage.cairn.client.jobs(), await stage.cairn.client.versions(model)]).toEqual([jobs, versions]);
    });

    test.skipIf(installed() !== undefined)(
      'a version that is taken back while a mapper predicts with it: both are told so',
      async () => {
        const nima = await signedIn('nima');
        await devi.open(`/predict?model=${model}&area=86.0701,15.3779,86.0717,15.3794`);
        await says(/Takes about/, devi);
        const waiting = await signedIn('devi');
        await waiting.open(`/predict?model=${model}&area=86.0731,15.3764,86.0737,15.377`);
        await says(/Takes about/, waiting);
        await held(async () => {
          await button('Find buildings', devi).click();
          await devi.page.waitForURL(/#\/jobs\//);
          await nima.open(`/approve/${model}?version=1`);
          await nima.page.getByRole('radio', { name: 'Take it back, with all its results' }).check();
          await nima.page.getByLabel('Why, in your own words').fill('Its labels are wrong.');
          await nima.page.locator('form input[type=checkbox]').check();
          await button('Take it back for good', nima).click();
          await expect
            .poll(
              async () => (await stage.cairn.client.versions(model)).find((one) => one.version === 1)?.stage,
              patient,
            )
            .toBe('revoked');
        });
        await says('The version building-detector/1 was revoked by nima: Its labels are wrong.', devi);
        await button('Find buildings', waiting).click();
        await says('Only versions in production answer predictions', waiting);
        await says('Version building-detector/1 is revoked.', waiting);
      },
    );

    test('the page makes no mistake', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
