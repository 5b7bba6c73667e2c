import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKey, writePublicKey } from '@cairn/receipt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

interface File {
  features: { geometry: { coordinates: number[][][] } }[];
  'cairn:receipt': { facts: { approver: { name: string } }; upstream: unknown[] };
}

/** Runs in the browser: a file falls on the page. Answers whether the browser is kept from opening it in the page's place. */
const dropOnPage = ({ name, text, on = 'h1' }: { name: string; text: string; on?: string }): boolean => {
  const view = globalThis as unknown as {
    DataTransfer: new () => { items: { add: (file: unknown) => void } };
    DragEvent: new (type: string, options: object) => unknown;
    File: new (parts: string[], name: string) => unknown;
    document: { querySelector: (selector: string) => { dispatchEvent: (event: unknown) => boolean } };
  };
  const dataTransfer = new view.DataTransfer();
  dataTransfer.items.add(new view.File([text], name));
  return (
    ['dragenter', 'dragover', 'drop']
      .map((type) => new view.DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
      .map((event) => view.document.querySelector(on).dispatchEvent(event))
      .at(-1) === false
  );
};

/** The trail of a result as a page, and files that are checked in the browser alone. */
export function describeTrace(demo: () => DemoHome): void {
  describe('the trail in the browser', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    let original = '';
    beforeAll(async () => {
      original = await readFile(demo().out, 'utf8');
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(() => stage.close());

    const heading = (name: string, on = visit) => on.page.getByRole('heading', { name, exact: true });
    const step = (name: string, on = visit) => on.page.getByRole('listitem').filter({ has: heading(name, on) });
    const fileButton = (on = visit) => on.page.locator('.drop input[type=file]');
    const ready = (on = visit) => on.page.locator('.drop-anywhere[data-ready="true"]').waitFor({ state: 'attached' });
    const changed = (change: (file: File) => unknown): Buffer => {
      const file = JSON.parse(original) as File;
      change(file);
      return Buffer.from(JSON.stringify(file));
    };
    const check = (buffer: Buffer, name = 'buildings.geojson', on = visit) =>
      fileButton(on).setInputFiles({ name, mimeType: 'application/geo+json', buffer });

    test('every step of a result is told, checked, and leads to its thing', async () => {
      const [{ id }] = await stage.cairn.client.get<[{ id: string }]>('/predictions');
      await visit.open(`/predictions/${id}`);
      await visit.page.getByRole('link', { name: 'Open the whole trail' }).click();
      await visit.page.getByText(/^The receipt holds: \d+ checks passed/).waitFor();
      await visit.page.getByText('Nothing of this was taken back').waitFor();
      for (const name of ['These buildings', 'On this image', 'Approved by', 'Found by this model', 'With this code']) {
        await step(name).getByText('Checked', { exact: true }).waitFor();
      }
      // The demo's version was shipped: nobody here saw it being trained.
      for (const name of ['Trained in this run', 'On this data']) {
        await step(name).getByText('Signed, but only told by a record').waitFor();
      }
      await step('Approved by').getByText('Approved by owner, who also made it').waitFor();
      for (const proof of await visit.page.getByText('What proves it').all()) await proof.click();
      expect(await visit.page.getByText(/^sha256:[0-9a-f]{64}$/).count()).toBeGreaterThan(10);
      expect(await step('Trained in this run').getByText('told by a record', { exact: true }).count()).toBeGreaterThan(
        1,
      );
      expect(await visit.barriers()).toEqual([]);
      const links = await visit.page
        .locator('.step a')
        .evaluateAll((all) => (all as unknown as { href: string }[]).map(({ href }) => href));
      for (const link of links.filter((one) => !new URL(one).hash.startsWith('#/'))) {
        expect([link, (await visit.page.request.get(link)).status()]).toEqual([link, 200]);
      }
      await visit.page.getByRole('link', { name: 'Open the model' }).click();
      await heading('What it is bad at').waitFor();
    });

    test('a file that is dropped on any page is checked without a single request, with the line cut', async () => {
      for (const place of ['/', '/predict', '/predictions']) {
        await visit.open(place);
        await ready();
        await visit.page.waitForLoadState('networkidle');
        // A map asks for its tiles while nobody does anything.
        if (place === '/predict') await visit.mapDrawn();
        const asked: string[] = [];
        const note = (request: { url: () => string }): number => asked.push(request.url());
        await visit.page.context().setOffline(true);
        visit.page.on('request', note);
        await visit.page.evaluate(dropOnPage, { name: 'from-somebody.geojson', text: original });
        await visit.page.getByText(/^The receipt holds/).waitFor();
        await visit.page.getByText('from-somebody.geojson').waitFor();
        visit.page.off('request', note);
        await visit.page.context().setOffline(false);
        expect([place, asked]).toEqual([place, []]);
      }
    });

    test('a file that falls beside an open dialog opens nothing in the page’s place', async () => {
      await visit.open('/predict');
      await ready();
      await visit.page.getByRole('button', { name: 'Add imagery …' }).click();
      await visit.page.getByRole('dialog').waitFor();
      const file = { name: 'from-somebody.geojson', text: original, on: '.overlay' };
      expect(await visit.page.evaluate(dropOnPage, file)).toBe(true);
      await visit.page.keyboard.press('Escape');
      await visit.page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(visit.page.url()).toContain('#/predict');
    });

    test('the page stays at hand while thousands of buildings are checked', async () => {
      const file = join(demo().home, '..', 'many.geojson');
      const many = changed(({ features }) => {
        for (let times = 0; times < 4; times++) features.push(...features);
      });
      await writeFile(file, many);
      await visit.open('/verify');
      await ready();
      await visit.page.evaluate(
        `window.long = []; new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)))
           .observe({ type: 'longtask' })`,
      );
      const began = performance.now();
      await fileButton().setInputFiles(file);
      await visit.page.getByText(/^This does not hold/).waitFor({ timeout: 60_000 });
      const took = performance.now() - began;
      // A share of the time, since other work may keep the page off its processor: checked in the page it would be all of it.
      const longest = Math.max(0, ...(await visit.page.evaluate<number[]>('window.long')));
      expect(longest / took).toBeLessThan(0.4);
      await rm(file);
    });

    test.each<[string, (file: File) => unknown, string, RegExp, string]>([
      [
        'a corner that was moved',
        ({ features }) => (features[3]!.geometry.coordinates[0]![1]![0]! += 1e-5),
        'The buildings are not those that were signed.',
        /number 4 /,
        'These buildings',
      ],
      [
        'a building that was taken out',
        ({ features }) => features.splice(5, 1),
        'The buildings are not those that were signed.',
        /1 missing/,
        'These buildings',
      ],
      [
        'another approver in plain sight',
        (file) => (file['cairn:receipt'].facts.approver.name = 'Mallory'),
        'What the file shows in plain sight is not what was signed.',
        /Mallory/,
        'Approved by',
      ],
      [
        'a step that was cut out',
        (file) => file['cairn:receipt'].upstream.splice(0, 1),
        'A step of the trail is missing, or leads elsewhere.',
        /is not in the file/,
        'With this code',
      ],
    ])('%s is told in plain words, at its step', async (_name, change, words, detail, at) => {
      await visit.open('/verify');
      await check(changed(change));
      await visit.page.getByText(/^This does not hold/).waitFor();
      await visit.page.getByText(words, { exact: true }).waitFor();
      await visit.page.getByText(detail).first().waitFor();
      await step(at).getByText('Does not hold', { exact: true }).waitFor();
      await step('On this image').getByText('Checked', { exact: true }).waitFor();
    });

    test('what is no signed GeoJSON is told for what it is', async () => {
      await visit.open('/verify');
      await check(Buffer.from('{"type":"FeatureCollection","features":[]}'), 'plain.geojson');
      await visit.page.getByText('It carries no receipt, so nothing tells where it comes from.').waitFor();
      await check(Buffer.from('not json'), 'broken.geojson');
      await visit.page.getByText('This cannot be read as a GeoJSON of buildings.').waitFor();
      await check(Buffer.from('GP'), 'buildings.gpkg');
      await visit.page.getByText(/“cairn verify FILE” checks them/).waitFor();
    });

    test('a stranger checks a file by keyboard, with the key of another Cairn and of this one', async () => {
      const stranger = await stage.begin({ stranger: true });
      await stranger.tabTo(stranger.page.getByRole('link', { name: 'Check a file without signing in' }));
      await stranger.page.keyboard.press('Enter');
      await heading('Check a file', stranger).waitFor();
      await stranger.tabTo(fileButton(stranger));
      await check(Buffer.from(original), undefined, stranger);
      await stranger.page.getByText(/^The receipt holds/).waitFor();
      await stranger.page.getByText(/Checked with the public key of this Cairn/).waitFor();
      const give = (pem: string) =>
        stranger.page
          .getByLabel('Choose a key file …')
          .setInputFiles({ name: 'cairn.pub', mimeType: 'text/plain', buffer: Buffer.from(pem) });
      await give(writePublicKey(generateKey().publicKey));
      await stranger.page.getByText(/^Not proven/).waitFor();
      expect(await stranger.page.getByText('Not checked', { exact: true }).count()).toBe(7);
      expect(await stranger.page.getByText('Does not hold', { exact: true }).count()).toBe(0);
      await give(await readFile(join(demo().home, 'keys', 'cairn.pub'), 'utf8'));
      await stranger.page.getByText(/^The receipt holds/).waitFor();
      await stranger.page.getByText('Checked with the key file that you gave.').waitFor();
      await stranger.end();
    });

    test.each(['en', 'ar'] as const)('in %s the trail fits a telephone and has no barrier', async (language) => {
      const reader = await stage.begin({ language, width: 360, height: 740 });
      const [{ id }] = await stage.cairn.client.get<[{ id: string }]>('/predictions');
      for (const place of [`/predictions/${id}/trail`, '/verify']) {
        await reader.open(place);
        if (place === '/verify')
          await check(
            changed(({ features }) => features.pop()),
            undefined,
            reader,
          );
        await reader.page.locator('.step').first().waitFor();
        for (const colorScheme of ['light', 'dark'] as const) {
          await reader.page.emulateMedia({ colorScheme });
          expect([place, await reader.barriers(), await reader.overflow()]).toEqual([place, [], 0]);
        }
      }
      await reader.end();
    });

    test('nothing was asked of another host, and nothing went wrong by itself', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
