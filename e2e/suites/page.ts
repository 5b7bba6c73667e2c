import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { pictureOf } from '../src/faults/content.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

/** The western half of the scene: two blocks. */
const half = '86.0689,15.3775,86.0711,15.3811';

/** The web application in a real browser, as a mapper uses it. */
export function describePage(demo: () => DemoHome): void {
  describe('the page', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(() => stage.close());
    const button = (name: string, on = visit) => on.page.getByRole('button', { name, exact: true });
    const link = (name: string | RegExp, on = visit) => on.page.getByRole('link', { name, exact: true });
    const heading = (name: string | RegExp, on = visit) => on.page.getByRole('heading', { name });
    const resultOf = (on: Visit) => heading(/^\d+ buildings on/, on).waitFor({ timeout: 90_000 });

    test('the link of the demo signs in and leaves no secret in the address', () => {
      expect(visit.page.url()).not.toContain(stage.cairn.token);
    });

    test('somebody without a token is asked to sign in, told what is wrong, and let in by the token', async () => {
      const stranger = await stage.begin({ stranger: true });
      await heading('Sign in', stranger).waitFor();
      expect(await stranger.barriers()).toEqual([]);
      await stranger.page.getByLabel('Name').fill('nobody');
      await stranger.page.getByLabel('Password').fill('not the password');
      await stranger.page.keyboard.press('Enter');
      await stranger.page.getByRole('alert').getByText('What to do').waitFor();
      await stranger.page.getByText('This Cairn runs on my own machine').click();
      await stranger.page.getByLabel('Token').fill(stage.cairn.token);
      await stranger.page.keyboard.press('Enter');
      await heading('Find buildings on aerial images', stranger).waitFor();
      await stranger.page.getByRole('button', { name: 'Sign out' }).click();
      await heading('Sign in', stranger).waitFor();
      await stranger.end();
    });

    test('models stand as cards with their figures and who approved them; filters stand in the address', async () => {
      const card = visit.page.getByRole('listitem').filter({ hasText: 'generated settlement' }).first();
      await card.getByText(/Finds 96% of the buildings/).waitFor();
      await card.getByText(/Approved by owner, who also made it/).waitFor();
      await visit.page.getByLabel('Resolution').selectOption({ label: 'Very fine: up to 0.15 m a pixel' });
      await heading('No model fits these filters').waitFor();
      expect(visit.page.url()).toContain('gsd=fine');
      await button('Clear the filters').click();
      await card.waitFor();
    });

    test('a model’s page says what it is bad at, shows its work, and opens its card', async () => {
      await link('About it: Building Detector, trained on the generated settlement').click();
      await heading('What it is bad at').waitFor();
      await visit.page
        .getByText(/In another town, and more so in another country/)
        .first()
        .waitFor();
      await visit.page.getByRole('img', { name: 'Picture: predictions' }).waitFor();
      await visit.page.getByText('The whole model card').click();
      await heading('What it learned from').waitFor();
      await visit.mapDrawn();
      expect(await visit.barriers()).toEqual([]);
    });

    test('from the start page to buildings on the map in five clicks, seen as they are found', async () => {
      await visit.open('/');
      visit.clicks = 0;
      await visit.click(link('Find buildings').last());
      await visit.mapDrawn();
      await visit.page.getByText(/Answered before/).waitFor();
      await visit.click(visit.page.getByText('Paste coordinates or upload a file'));
      await visit.page.getByLabel(/GeoJSON, or west/).fill(half);
      await visit.click(button('Use it'));
      await visit.page.getByText(/Takes about/).waitFor();
      expect(await visit.barriers()).toEqual([]);
      // What the reader is told while it runs: the page goes on by itself when it has ended.
      await visit.page.evaluate(
        `window.told = []; new MutationObserver(() => told.push(document.querySelector('main')?.innerText ?? ''))
           .observe(document.body, { subtree: true, childList: true, characterData: true })`,
      );
      await visit.click(button('Find buildings'));
      await visit.page.waitForURL(/#\/jobs\//);
      await resultOf(visit);
      const told = await visit.page.evaluate<string[]>('window.told');
      expect(told.some((text) => /\d+ buildings so far/.test(text))).toBe(true);
      expect(visit.clicks).toBeLessThanOrEqual(5);
      await visit.mapDrawn();
    });

    test('a result shows its imagery and a trail that was checked in the browser; less sure buildings are left out', async () => {
      await visit.page.getByText('The receipt holds').waitFor();
      for (const step of ['On this image', 'Approved by', 'With this code']) await heading(step).waitFor();
      const tiles = await visit.page.evaluate(
        () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/tiles/')).length,
      );
      expect(tiles).toBeGreaterThan(0);
      const all = await heading(/buildings on/).innerText();
      await visit.page.getByRole('slider').focus();
      await visit.page.keyboard.press('End');
      await expect
        .poll(async () => Number.parseInt(await heading(/buildings? on/).innerText()))
        .toBeLessThan(Number.parseInt(all));
      expect(await visit.barriers()).toEqual([]);
    });

    test('the keyboard alone comes from the start page to the buildings', async () => {
      const typist = await stage.begin();
      const { keyboard } = typist.page;
      await keyboard.press('Tab');
      await typist.tabTo(link('Skip to the content', typist));
      await keyboard.press('Enter');
      await typist.tabTo(link('Find buildings', typist).last());
      await keyboard.press('Enter');
      await typist.tabTo(typist.page.getByText('Paste coordinates or upload a file'));
      await keyboard.press('Enter');
      await typist.tabTo(typist.page.getByLabel(/GeoJSON, or west/));
      await keyboard.type(half);
      await typist.tabTo(button('Use it', typist));
      await keyboard.press('Enter');
      await typist.page.getByText(/Answered before/).waitFor();
      await typist.tabTo(button('Find buildings', typist));
      await keyboard.press('Enter');
      await resultOf(typist);
      await typist.end();
    });

    test('what runs is found again by its address and among the results, and can be cancelled', async () => {
      await visit.open('/predict');
      await button('Draw a box').click();
      await visit.mapDrawn();
      const box = (await visit.page.locator('.map canvas').boundingBox())!;
      for (const share of [0.15, 0.8]) {
        await visit.page.mouse.move(box.x + share * box.width - 5, box.y + share * box.height);
        await visit.page.mouse.click(box.x + share * box.width, box.y + share * box.height, { delay: 60 });
      }
      await visit.page.getByText('The area that you chose').waitFor();
      await visit.page.getByText(/Takes about/).waitFor();
      // Else it might come to its end while it is looked for.
      const release = await stage.cairn.hold();
      try {
        await button('Find buildings').click();
        await visit.page.waitForURL(/#\/jobs\//);
        const address = visit.page.url();
        await visit.open('/predictions');
        // Also without the choices that the address of who started it carries, the map has its image.
        const image = visit.page.waitForRequest(/\/imagery\/[^/]+\/tiles\//);
        await visit.page.getByRole('link', { name: /^Started/ }).click();
        await visit.page.waitForURL(/#\/jobs\//);
        await image;
        await visit.page.goto(address);
        await button('Cancel').click();
        await heading('Cancelled').waitFor();
      } finally {
        await release();
      }
      expect(await visit.barriers()).toEqual([]);
      await link('Change something and try again').click();
      await visit.page.getByText('The area that you chose').waitFor();
    });

    test('a GeoTIFF that somebody brings becomes imagery to predict on', async () => {
      const file = join(demo().home, '..', 'flight.tif');
      await writeFile(file, await pictureOf(7));
      await visit.open('/predict');
      await button('Add imagery …').click();
      await heading('Add imagery').waitFor();
      expect(await visit.barriers()).toEqual([]);
      const dialog = visit.page.getByRole('dialog');
      await dialog.getByLabel('Choose a file …').setInputFiles(file);
      await dialog.getByLabel('Licence').fill('CC0-1.0');
      await button('Add it').click();
      await visit.page.waitForURL(/imagery=flight/, { timeout: 60_000 });
      expect(await visit.page.getByLabel('Imagery', { exact: true }).inputValue()).toBe('flight');
    });

    test('a GeoTIFF that falls anywhere on the page is ready to be added under its own name', async () => {
      await visit.open('/predict');
      await heading('Find buildings').waitFor();
      const content = Buffer.from(await pictureOf(8)).toString('base64');
      const dropped = await visit.page.evaluateHandle(`(() => {
        const held = new DataTransfer();
        const bytes = Uint8Array.from(atob('${content}'), (one) => one.charCodeAt(0));
        held.items.add(new File([bytes], 'dropped.tif', { type: 'image/tiff' }));
        return held;
      })()`);
      await visit.page.locator('.map').dispatchEvent('drop', { dataTransfer: dropped });
      await heading('Add imagery').waitFor();
      const dialog = visit.page.getByRole('dialog');
      expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('dropped');
      await dialog.getByLabel('Licence').fill('CC0-1.0');
      await button('Add it').click();
      await visit.page.waitForURL(/imagery=dropped/, { timeout: 60_000 });
      expect(await visit.page.getByRole('dialog').count()).toBe(0);
    });

    test('a result tells what of its area has no imagery', async () => {
      const predictions = await stage.cairn.client.get<{ id: string }[]>('/predictions');
      // Of the demo: the scene has a corner without an image.
      await visit.open(`/predictions/${predictions.at(-1)!.id}`);
      await visit.page.getByText(/km² of the area has no imagery/).waitFor();
    });

    test('a cut line is told, and nothing is started without one', async () => {
      await visit.open('/predict');
      await visit.page.context().setOffline(true);
      await visit.page.getByText('You are offline').waitFor();
      expect(await button('Find buildings').isDisabled()).toBe(true);
      await visit.page.context().setOffline(false);
      await visit.page.getByText('You are offline').waitFor({ state: 'detached' });
    });

    test.each(['en', 'fr', 'es', 'ar'] as const)(
      'in %s every page fits a window of 360 pixels and has no barrier, by day and by night',
      async (language) => {
        const reader = await stage.begin({ language, width: 360, height: 740 });
        expect(await reader.page.evaluate('document.documentElement.dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
        const [{ id }] = await stage.cairn.client.get<[{ id: string }]>('/predictions');
        // Colours are the same in every language.
        const lights = language === 'en' ? (['light', 'dark'] as const) : (['light'] as const);
        for (const place of [
          '/',
          '/models/building-detector',
          '/predict',
          '/predictions',
          `/predictions/${id}`,
          '/no',
        ]) {
          await reader.open(place);
          for (const colorScheme of lights) {
            await reader.page.emulateMedia({ colorScheme });
            expect([place, await reader.barriers(), await reader.overflow()]).toEqual([place, [], 0]);
          }
        }
        await reader.end();
      },
    );

    test.each([
      ['en', ['inter-latin']],
      ['ar', ['inter-latin', 'noto-sans-arabic']],
    ] as const)('in %s its text stands in fonts of its own, of which no more is fetched', async (language, fonts) => {
      const reader = await stage.begin({ language });
      await reader.page.evaluate('document.fonts.ready');
      const fetched = await reader.page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .flatMap(({ name }) => /assets\/(.*)-.{8}\.woff2$/.exec(name)?.[1] ?? []),
      );
      expect(fetched.toSorted()).toEqual(fonts);
      // Laid out in them, and not in what the machine has.
      const session = await reader.page.context().newCDPSession(reader.page);
      const { root } = await session.send('DOM.getDocument');
      await session.send('CSS.enable');
      const { nodeId } = await session.send('DOM.querySelector', { nodeId: root.nodeId, selector: 'main h1' });
      const used = await session.send('CSS.getPlatformFontsForNode', { nodeId });
      expect(used.fonts.map(({ isCustomFont }) => isCustomFont)).not.toContain(false);
      await reader.end();
    });

    test('it makes no request to any other host, no error of its own, and nothing that its policy stops', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
