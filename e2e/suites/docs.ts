import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

/** The docs as a running Cairn serves them. */
export function describeDocs(demo: () => DemoHome): void {
  describe('the docs', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin({ stranger: true });
    });
    afterAll(() => stage.close());
    const link = (name: string | RegExp) => visit.page.getByRole('link', { name });

    test('are found from the page by somebody who is not signed in, and lead back to it', async () => {
      await link('Docs').click();
      await visit.page.getByRole('heading', { name: 'Cairn', level: 1 }).waitFor();
      await link("the mapper's guide").click();
      await visit.page.getByRole('heading', { name: 'For mappers', level: 1 }).waitFor();
      await visit.page.getByRole('navigation', { name: 'Contents' }).getByRole('link', { name: 'Reference' }).click();
      await visit.page.getByRole('heading', { name: 'Reference', level: 1 }).waitFor();
      await link('Open Cairn').click();
      await visit.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });

    test('have no barrier by day and by night, fit 360 pixels, and load their pictures', async () => {
      for (const width of [1280, 360]) {
        await visit.page.setViewportSize({ width, height: 800 });
        for (const path of [
          'map/first-buildings.html',
          'model/own-model.html',
          'reference/formats.html',
          'nowhere/at/all.html',
        ]) {
          await visit.page.goto(`${stage.cairn.address}/docs/${path}`);
          for (const colorScheme of ['light', 'dark'] as const) {
            await visit.page.emulateMedia({ colorScheme });
            expect([path, await visit.barriers(), await visit.overflow()]).toEqual([path, [], 0]);
          }
          const blank = await visit.page.evaluate<string[]>(
            `Promise.all([...document.images].map(async (one) => { one.loading = 'eager'; await one.decode(); return one.naturalWidth > 0 ? '' : one.src; }))`,
          );
          expect(blank.filter((one) => one !== '')).toEqual([]);
        }
      }
    });

    test('are walked by the keyboard: the content, the contents, a wide table', async () => {
      await visit.page.goto(`${stage.cairn.address}/docs/reference/formats.html`);
      await visit.tabTo(link('Skip to the content'));
      await visit.page.keyboard.press('Enter');
      expect(await visit.page.evaluate('document.activeElement.id')).toBe('main');
      await visit.tabTo(visit.page.locator('.table').first());
      await visit.tabTo(
        visit.page.getByRole('navigation', { name: 'Contents' }).getByRole('link', { name: 'Imagery' }),
      );
      await visit.page.keyboard.press('Enter');
      await visit.page.waitForURL(/docs\/reference\/imagery\.html$/);
    });

    test('ask no other host, and their policy stops nothing', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
