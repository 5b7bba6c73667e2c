import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../src/browser.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { up, type Up } from '../src/gateway.ts';

/** The first page, in a real browser. */
export function describePage(demo: () => DemoHome): void {
  describe('the page', () => {
    let cairnUp: Up | undefined;
    let browser: Browser | undefined;
    let page: Page;
    const foreign: string[] = [];
    const faults: string[] = [];
    beforeAll(async () => {
      cairnUp = await up({ home: demo().home });
      browser = await openBrowser();
      page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.on('request', (request) => {
        if (!request.url().startsWith(cairnUp!.address) && !/^(blob|data):/.test(request.url()))
          foreign.push(request.url());
      });
      page.on('pageerror', (error) => faults.push(error.message));
    });
    afterAll(async () => {
      await browser?.close();
      await cairnUp?.stop();
    });

    test('somebody without a token is told how to sign in', async () => {
      const stranger = await browser!.newPage();
      await stranger.goto(`${cairnUp!.address}/`);
      await stranger.getByText('No valid token came with the request').waitFor();
      await stranger.close();
    });

    test("the demo's link signs in, keeps no secret in the address and lists the prediction", async () => {
      await page.goto(`${cairnUp!.address}/#/?token=${cairnUp!.token}`);
      await page.getByRole('heading', { name: 'Predictions' }).waitFor();
      expect(page.url()).not.toContain(cairnUp!.token);
    });

    test('a prediction shows the imagery, the buildings and a trail that was checked in the browser', async () => {
      await page
        .getByRole('link', { name: /buildings on/ })
        .first()
        .click();
      await page
        .getByRole('heading', { name: /buildings/ })
        .first()
        .waitFor();
      await page.getByText('The receipt holds').waitFor();
      for (const step of ['On this image', 'Approved by', 'With this code']) {
        await page.getByRole('heading', { name: step }).waitFor();
      }
      await page.locator('.canvas[data-idle="true"]').waitFor({ timeout: 60_000 });
      const tiles = await page.evaluate(
        () => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/tiles/')).length,
      );
      expect(tiles).toBeGreaterThan(0);
    });

    test('it makes no request to any other host and no error of its own', () => {
      expect(foreign).toEqual([]);
      expect(faults).toEqual([]);
    });
  });
}
