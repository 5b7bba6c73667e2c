import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

const model = 'building-detector';

/** What somebody does about a version that came without a picture: the one that was trained on other people's images. */
export function describeExamples(demo: () => DemoHome): void {
  describe('examples on the page', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(() => stage.close());
    const page = () => visit.page;
    const card = () => page().getByRole('listitem').filter({ hasText: 'Banepa' }).first();
    const pictures = () =>
      page().getByRole('img', { name: /with outlines\. Found: \d+ · Missed: \d+ · Invented: \d+$/ });
    const seen = async (count: number): Promise<void> => {
      await expect.poll(() => pictures().count(), { timeout: 30_000 }).toBe(count);
      const loaded = pictures().evaluateAll(
        (images) =>
          (images as { loading: string; decode(): Promise<void> }[]).map((image) => {
            image.loading = 'eager';
            return image.decode();
          }).length,
      );
      expect(await loaded).toBe(count);
    };

    test('a version without a picture says so, and has some drawn on labelled images of this installation', async () => {
      await visit.open('/');
      await card().waitFor();
      expect(await pictures().count()).toBe(0);
      await card().getByRole('link').first().click();
      await page().getByText('No pictures show yet what this version finds and misses').waitFor();
      expect(await visit.barriers()).toEqual([]);
      await visit.tabTo(page().getByRole('button', { name: 'Make example pictures' }));
      await page().keyboard.press('Enter');
      await page()
        .getByText(/^4 images of the dataset .* keeps out of its trainings/)
        .waitFor({ timeout: 240_000 });
      await page().getByText('They are of another area than it learnt on.').waitFor();
      await page()
        .getByText(/^Licence of the images and labels: /)
        .waitFor();
      await seen(4);
      expect(await visit.barriers()).toEqual([]);
      // A model server has to start, and computes over four chips beside whatever else this machine does.
    }, 300_000);

    test('they are on its card, with their counts, and beside the evidence', async () => {
      await visit.open('/');
      await card().waitFor();
      await seen(1);
      const counts = card().getByText(/^Found: \d+ · Missed: \d+ · Invented: \d+$/);
      expect(await counts.isVisible()).toBe(true);
      await visit.open(`/approve/${model}?version=2`);
      await page().getByRole('heading', { name: 'Hits and misses' }).waitFor();
      await seen(4);
      const made = page().getByText('What these pictures were made of');
      await made.click();
      await page().getByText('Commit of the data').waitFor();
      expect(
        await page()
          .getByText(/^scene, 1, sha256:[0-9a-f]{64}$/)
          .isVisible(),
      ).toBe(true);
      expect(await visit.barriers()).toEqual([]);
    });

    test.each(['ar', 'fr'] as const)('they fit 360 pixels in %s, by day and by night', async (language) => {
      const reader = await stage.begin({ language, width: 360, height: 740 });
      for (const place of ['/', `/models/${model}?version=2`, `/approve/${model}?version=2`]) {
        await reader.open(place);
        await reader.page.locator('img[src*="/examples/"]').first().waitFor();
        for (const colorScheme of ['light', 'dark'] as const) {
          await reader.page.emulateMedia({ colorScheme });
          const wide = await reader.page.evaluate<number>('document.documentElement.scrollWidth');
          expect([place, wide]).toEqual([place, 360]);
          expect(await reader.barriers()).toEqual([]);
        }
      }
    });

    test('nothing of it is asked of another host, and nothing went wrong', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
