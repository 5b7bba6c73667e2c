import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedbackInfo } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cairn as command } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

/** What people say on the page, and who reads it. */
export function describeFeedback(demo: () => DemoHome): void {
  describe('feedback', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(() => stage.close());
    const dialog = (on = visit) => on.page.getByRole('dialog');
    const button = (name: string, on = visit) => on.page.getByRole('button', { name, exact: true });

    test('of a result it carries the view and the receipt, and an administrator reads it on a page', async () => {
      const [{ id, receipt }] = await stage.cairn.client.get<[{ id: string; receipt: string }]>('/predictions');
      await visit.open(`/predictions/${id}?least=0.5`);
      await button('How good is this result?').click();
      await dialog().getByText('the receipt of this result').waitFor();
      await dialog().getByLabel('Bad', { exact: true }).check();
      await dialog()
        .getByLabel(/What should be better/)
        .fill('Two roofs came out as one.');
      expect(await visit.barriers()).toEqual([]);
      await dialog().getByRole('button', { name: 'Send' }).click();
      await dialog().getByText('Thank you').waitFor();
      const [said] = await stage.cairn.client.feedback(1);
      expect(said).toMatchObject({ rating: 2, words: 'Two roofs came out as one.', receipt, actor: 'owner' });
      expect(said!.view).toMatch(`#/predictions/${id}?least=0.5`);
      await dialog().getByRole('link', { name: 'Read what was said' }).click();
      await visit.page.getByRole('heading', { name: 'What people said' }).waitFor();
      await dialog().waitFor({ state: 'detached' });
      await visit.page.getByText('Two roofs came out as one.').waitFor();
      expect(await visit.barriers()).toEqual([]);
      await visit.page.getByRole('link', { name: 'Open the view' }).first().click();
      await visit.page.waitForURL(new RegExp(`/predictions/${id}`));
    });

    test('of any page it is given by keyboard, and is told where it fails', async () => {
      await visit.open('/predict');
      await button('Find buildings').waitFor();
      await visit.tabTo(button('Feedback'));
      await visit.page.keyboard.press('Enter');
      await visit.tabTo(dialog().getByLabel('Very bad'));
      await visit.page.keyboard.press('ArrowRight');
      await visit.page.keyboard.press('ArrowRight');
      await visit.tabTo(dialog().getByRole('button', { name: 'Send' }));
      await visit.page.context().setOffline(true);
      await visit.page.keyboard.press('Enter');
      await dialog().getByRole('alert').getByText('Cairn does not answer').waitFor();
      await visit.page.context().setOffline(false);
      await dialog().getByRole('button', { name: 'Send' }).click();
      await dialog().getByText('Thank you').waitFor();
      await visit.page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
      const [said] = await stage.cairn.client.feedback(1);
      expect(said).toMatchObject({ rating: 3, words: '', receipt: null });
      expect(said!.view).toMatch(/^#\/predict/);
    });

    test('the command line lists it and writes it as CSV and JSON', async () => {
      const surroundings = { home: demo().home };
      const listed = await command(['feedback', 'list'], surroundings);
      expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining('Two roofs came out as one.')]);
      const files = ['said.csv', 'said.json'].map((name) => join(demo().home, '..', name));
      for (const [index, format] of ['csv', 'json'].entries()) {
        const { code } = await command(
          ['feedback', 'export', '--format', format, '--out', files[index]!],
          surroundings,
        );
        expect(code).toBe(0);
      }
      const [csv, json] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      expect(csv).toMatch(/^id,at,actor,rating,words,view,receipt\r\n/);
      expect((JSON.parse(json!) as FeedbackInfo[]).slice(0, 2).map(({ rating }) => rating)).toEqual([3, 2]);
      await Promise.all(files.map((file) => rm(file)));
    });

    test.each(['en', 'fr', 'es', 'ar'] as const)('in %s it fits a telephone and has no barrier', async (language) => {
      const reader = await stage.begin({ language, width: 360, height: 740 });
      await reader.open('/feedback');
      expect([await reader.barriers(), await reader.overflow()]).toEqual([[], 0]);
      await reader.page.locator('.give-feedback').click();
      await dialog(reader).waitFor();
      expect([await reader.barriers(), await reader.overflow()]).toEqual([[], 0]);
      // The bar keeps to its two lines: what stands below it counts on that.
      expect((await reader.page.locator('header').boundingBox())!.height).toBeLessThan(110);
      await reader.page.keyboard.press('Escape');
      for (const width of [760, 900, 1024]) {
        await reader.page.setViewportSize({ width, height: 740 });
        expect([width, await reader.overflow()]).toEqual([width, 0]);
      }
      await reader.end();
    });

    test('nothing went wrong by itself', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
