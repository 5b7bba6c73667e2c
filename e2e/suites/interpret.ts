import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FoundFeature, ReviewChange } from '@cairn/contracts';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import { manyBuildings } from '../src/many-buildings.ts';
import { heaviestTask } from '../src/own-time.ts';
import type { Visit } from '../src/visit.ts';

/** A corner of the scene: longitude and latitude. */
const corner = [86.0689, 15.3755] as const;

/** Waits for what the page comes to, on a machine that may be slow. */
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 60_000 });

/** What a mapper makes of a result: to look, filter, count, compare and review it. */
export function describeInterpret(demo: () => DemoHome): void {
  describe('a result', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    /** Of the demo: the whole scene. */
    let id = '';
    let buildings: FoundFeature[] = [];
    beforeAll(async () => {
      const { client } = await stage.open();
      visit = await stage.begin();
      id = (await client.get<{ id: string }[]>('/predictions')).at(-1)!.id;
      ({ features: buildings } = await client.get<{ features: FoundFeature[] }>(
        `/predictions/${id}/buildings.geojson`,
      ));
    });
    afterAll(() => stage.close());
    const table = (on = visit) => on.page.getByRole('grid');
    const rows = (on = visit) => table(on).locator('.table-row');
    const slider = (on = visit) => on.page.getByRole('slider', { name: /Show buildings/ });
    const button = (name: string, on = visit) => on.page.getByRole('button', { name, exact: true });
    const counted = async (on = visit): Promise<number> =>
      Number((await on.page.locator('h1').innerText()).split(' ')[0]!.replace(/\D/g, ''));
    const openResult = async (on = visit, choices = ''): Promise<void> => {
      await on.open(`/predictions/${id}${choices}`);
      await on.mapDrawn();
    };

    test('totals, plot and table follow the slider', async () => {
      await openResult();
      expect(await counted()).toBe(buildings.length);
      await slider().focus();
      for (let step = 0; step < 18; step++) await visit.page.keyboard.press('ArrowRight');
      const sure = buildings.filter(({ properties }) => properties.confidence >= 0.9);
      expect(sure.length).toBeLessThan(buildings.length);
      await soon(() => counted()).toBe(sure.length);
      expect(await table().getAttribute('aria-rowcount')).toBe(String(sure.length + 1));
      const area = sure.reduce((sum, { properties }) => sum + properties.area_m2, 0);
      const figures = await visit.page.locator('.figures').innerText();
      expect(figures).toContain(`${Math.round(area).toLocaleString('en')} m²`);
      // Before it, the address that the next test opens is the present one, at which nothing would change.
      await visit.page.waitForURL(/least=0\.9/);
    });

    test('the table is ordered by its heads, walked by the keyboard, and goes to a building; what the map shows is what it has', async () => {
      await openResult();
      await button('Roof').click();
      await button('Roof').click();
      const largest = buildings.toSorted((a, b) => b.properties.area_m2 - a.properties.area_m2);
      await table().focus();
      await visit.page.keyboard.press('Home');
      await visit.page.keyboard.press('ArrowDown');
      const second = largest[1]!;
      await visit.page.getByText(`This building: ${Math.round(second.properties.area_m2)} m²`).waitFor();
      await visit.page.keyboard.press('Enter');
      await soon(() => counted()).toBeLessThan(buildings.length / 2);
      await soon(async () => Number(await table().getAttribute('aria-rowcount')) - (await counted())).toBe(1);
      await visit.page.getByRole('row', { selected: true }).waitFor();
      await button('Whole result').click();
      await soon(() => counted()).toBe(buildings.length);
    });

    test('a link opens the same view: place, slider and building', async () => {
      await openResult();
      await rows().nth(4).click();
      await slider().focus();
      for (let step = 0; step < 10; step++) await visit.page.keyboard.press('ArrowRight');
      await visit.page.waitForURL(/least=0\.5/);
      await visit.mapDrawn();
      await visit.page.waitForURL(({ hash }) => hash.includes('at=') && hash.includes('building='));
      const shown = await counted();
      const chosen = await visit.page.locator('.chosen').innerText();
      const other = await stage.begin();
      await other.page.goto(visit.page.url());
      await other.page.reload();
      await other.mapDrawn();
      await soon(() => counted(other)).toBe(shown);
      expect(await other.page.locator('.chosen').innerText()).toBe(chosen);
      expect(await slider(other).inputValue()).toBe('10');
      expect(shown).toBeLessThan(buildings.length);
      // An address that is changed by hand is followed too.
      await other.page.goto(other.page.url().replace(/least=0\.5&?/, ''));
      await soon(() => slider(other).inputValue()).toBe('0');
      expect(await other.barriers()).toEqual([]);
      await other.end();
    });

    test('a swipe lays the image bare on the left and leaves the buildings on the right', async () => {
      const box = async (left: number): Promise<string> => {
        const map = (await visit.page.locator('.map').boundingBox())!;
        const clip = { x: map.x + left * map.width, y: map.y + 0.6 * map.height, width: 200, height: 150 };
        return (await visit.page.screenshot({ clip })).toString('base64');
      };
      await openResult(visit, '?swipe=0');
      const handle = visit.page.getByRole('slider', { name: /Where the bare image/ });
      await handle.waitFor();
      const built = [await box(0.15), await box(0.6)];
      await handle.focus();
      await visit.page.keyboard.press('End');
      await soon(async () => (await box(0.6)) === built[1]).toBe(false);
      await visit.mapDrawn();
      const bare = await box(0.15);
      for (let step = 0; step < 5; step++) await visit.page.keyboard.press('PageDown');
      await soon(() => box(0.6)).toBe(built[1]!);
      expect(await box(0.15)).toBe(bare);
      expect(bare).not.toBe(built[0]);
      expect(await visit.barriers()).toEqual([]);
      await visit.page.waitForURL(/swipe=0\.5/);
    });

    test('buildings are accepted, rejected and fixed by the keyboard; the precision of what was reviewed is told', async () => {
      await openResult();
      // Else it would be walked in the order of an earlier test.
      await visit.page.reload();
      await visit.mapDrawn();
      const { keyboard } = visit.page;
      const review = visit.page.getByRole('region', { name: 'Review' });
      const [first, second, third] = buildings as [FoundFeature, FoundFeature, FoundFeature];
      await visit.tabTo(button('Review by keyboard'));
      await keyboard.press('Enter');
      await review.getByText('Nobody has looked at this one yet.').waitFor();
      await keyboard.press('a');
      await review.getByText('Of 1 that were looked at, 100% are buildings').waitFor();
      await keyboard.press('r');
      await review.getByText('Of 2 that were looked at, 50% are buildings (95% interval: 9% to 91%).').waitFor();
      await keyboard.press('e');
      await review.getByText('Drag its corners').waitFor();
      await keyboard.press('n');
      for (let step = 0; step < 4; step++) await keyboard.press('ArrowLeft');
      expect(await visit.barriers()).toEqual([]);
      await keyboard.press('Enter');
      await review.getByText('1 accepted, 1 fixed, 1 rejected.').waitFor();
      await keyboard.press('k');
      await review.getByText('Fixed: its outline was drawn anew').waitFor();
      const { reviews, figures } = await stage.cairn.client.reviews(id);
      expect(reviews.map(({ feature, verdict, actor }) => [feature, verdict, actor])).toEqual([
        [first.id, 'accepted', 'owner'],
        [second.id, 'rejected', 'owner'],
        [third.id, 'fixed', 'owner'],
      ]);
      expect(figures.precision?.share).toBeCloseTo(2 / 3);
      const [before, after] = [third.geometry.coordinates[0]!, reviews[2]!.geometry!.coordinates[0]!];
      expect(after).toHaveLength(before.length);
      expect(after).not.toEqual(before);

      const reviewed = await stage.cairn.client.get<{ features: FoundFeature[] }>(
        `/predictions/${id}/reviewed.geojson`,
      );
      expect(reviewed.features).toHaveLength(buildings.length - 1);
      expect(reviewed.features.find((one) => one.id === second.id)).toBeUndefined();
      expect(reviewed.features[1]).toMatchObject({
        id: third.id,
        properties: { review: 'fixed', reviewed_by: 'owner' },
      });
      expect(reviewed.features[1]!.geometry.coordinates[0]).toEqual(after);
      expect(reviewed.features[2]).toEqual(buildings[3]);
    });

    test('the editing of an outline ends where another building is chosen, and is written to no other', async () => {
      const { keyboard } = visit.page;
      const review = visit.page.getByRole('region', { name: 'Review' });
      const save = review.getByRole('button', { name: 'Save the outline' });
      const before = await stage.cairn.client.reviews(id);
      const written: string[] = [];
      visit.page.on('request', (request) => {
        if (request.method() !== 'GET') written.push(`${request.method()} ${request.url()}`);
      });
      // What it takes to edit comes when it is let through: until then no key goes on to another building.
      let letThrough = (): void => undefined;
      const through = new Promise<void>((resolve) => (letThrough = resolve));
      await visit.page.route(/\/assets\/edit-[^/]*\.js/, async (route) => {
        await through;
        await route.continue();
      });
      await openResult();
      await visit.page.reload();
      await visit.mapDrawn();
      const chosen = (on: FoundFeature) =>
        visit.page.getByText(`This building: ${Math.round(on.properties.area_m2)} m²`).waitFor();
      await button('Review by keyboard').click();
      await rows().nth(0).click();
      await chosen(buildings[0]!);
      await keyboard.press('e');
      for (const key of ['j', 'a', 'r', 'k', 'k']) await keyboard.press(key);
      await chosen(buildings[0]!);
      letThrough();
      await review.getByText('Drag its corners').waitFor();
      await keyboard.press('ArrowLeft');

      // The map goes near, and the table has what it shows; only then all rows are those of the whole result again.
      const listed = () => table().getAttribute('aria-rowcount');
      const all = String(buildings.length + 1);
      await soon(listed).not.toBe(all);
      await button('Whole result').click();
      await soon(listed).toBe(all);
      await rows().nth(3).click();
      await chosen(buildings[3]!);
      await review.getByText('Nobody has looked at this one yet.').waitFor();
      await keyboard.press('Enter');
      await soon(() => save.count()).toBe(0);
      await review.getByText('1 accepted, 1 fixed, 1 rejected.').waitFor();

      await keyboard.press('e');
      await review.getByText('Drag its corners').waitFor();
      await openResult(visit, `?building=${buildings[4]!.id}`);
      await chosen(buildings[4]!);
      await keyboard.press('Enter');
      await soon(() => save.count()).toBe(0);
      await review.getByText('1 accepted, 1 fixed, 1 rejected.').waitFor();
      expect(written).toEqual([]);
      expect(await stage.cairn.client.reviews(id)).toEqual(before);
    });

    test('what was said before is told, also where something is said before it has come', async () => {
      const review = visit.page.getByRole('region', { name: 'Review' });
      const reviews = new RegExp(`/predictions/${id}/reviews$`);
      let letThrough = (): void => undefined;
      const through = new Promise<void>((resolve) => (letThrough = resolve));
      await visit.page.route(reviews, async (route) => {
        await through;
        await route.continue();
      });
      await openResult(visit, `?building=${buildings[5]!.id}`);
      await visit.page.reload();
      await button('Review by keyboard').click();
      const saved = visit.page.waitForResponse((answer) => answer.request().method() === 'PUT');
      await visit.page.keyboard.press('a');
      expect((await saved).status()).toBeLessThan(300);
      letThrough();
      await review.getByText('2 accepted, 1 fixed, 1 rejected.').waitFor();
      await visit.page.unroute(reviews);
      await stage.cairn.client.withdrawReview(id, buildings[5]!.id);
    });

    test('a result is compared with a file and with another result: what is in both, new and missing, and the offset', async () => {
      const figures = visit.page.getByRole('region', { name: 'Compare' }).locator('.figures');
      const told = (words: string) => figures.getByText(words).waitFor();
      // The first ten are gone, three stand where there was nothing, and all lie a metre to the west.
      const moved = buildings.slice(10).map(({ geometry: { coordinates } }) => ({
        type: 'Polygon',
        coordinates: coordinates.map((ring) => ring.map(([lon, lat]) => [lon! - 9.31e-6, lat])),
      }));
      const [lon, lat] = [corner[0] + 2e-4, corner[1] + 2e-4];
      const specks = [0, 1, 2].map((place) => {
        const [west, east] = [lon + place * 1e-5, lon + place * 1e-5 + 2e-6];
        const ring = [
          [west, lat],
          [east, lat],
          [east, lat + 2e-6],
          [west, lat + 2e-6],
          [west, lat],
        ];
        return { type: 'Polygon', coordinates: [ring] };
      });
      const far = {
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
            [0, 1],
            [0, 0],
          ],
        ],
      };
      const layer = JSON.stringify({ type: 'GeometryCollection', geometries: [...moved, ...specks, far] });
      await openResult();
      const input = visit.page.getByLabel('A file …');
      await input.setInputFiles({ name: 'a.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(layer) });
      await visit.page.getByText('These lie').waitFor();
      const text = (await figures.innerText()).replace(/\s+/g, ' ');
      const matched = Number(/In both (\d+)/.exec(text)![1]);
      // A metre is more than half of the smallest.
      expect(matched).toBeGreaterThan(0.9 * moved.length);
      expect(text).toContain(`Only here ${buildings.length - matched}`);
      expect(text).toContain(`Only there ${moved.length - matched + 3}`);
      expect(Number(/Mean offset ([\d.]+) m/.exec(text)![1])).toBeCloseTo(1, 1);
      await visit.page
        .getByText(/^These lie [\d.]+ m to the east and [\d.]+ m to the (north|south) of the other/)
        .waitFor();
      expect(await visit.barriers()).toEqual([]);

      const osm = await (await stage.cairn.client.request('GET', `/predictions/${id}/buildings.osm`)).text();
      await input.setInputFiles({ name: 'a.osm', mimeType: 'application/xml', buffer: Buffer.from(osm) });
      await told(String(buildings.length));
      await told('0 m');
      await input.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('nothing') });
      await visit.page.getByText('This cannot be compared').waitFor();

      // The newest on the same image: here, unless it is the only one, that of a part of the area.
      const all = await stage.cairn.client.get<{ id: string; imagery: string; features: number }[]>('/predictions');
      const { imagery } = all.find((one) => one.id === id)!;
      const other = all.find((one) => one.imagery === imagery && one.features > 0)!;
      await openResult(visit, `?with=${other.id}`);
      await visit.page.getByText('These lie').waitFor();
      await button('Stop comparing').click();
      await visit.page.waitForURL((url) => !url.hash.includes('with='));
    });

    test(
      '10,000 buildings stay smooth: neither to open them nor to move the slider takes the page 100 ms at a stretch',
      { timeout: 300_000 },
      async () => {
        const many = await stage.begin();
        const body = manyBuildings(10_000, corner);
        await many.page.route('**/buildings.geojson', (route) =>
          route.fulfill({ contentType: 'application/geo+json', body }),
        );
        const [opening, moving] = [[], []] as [number[], number[]];
        // What is slow by itself is slow each time; garbage is collected when the browser likes.
        for (let pass = 0; pass < 2; pass++) {
          await many.open('/predictions');
          await many.page.reload();
          await many.page.locator('main h1').waitFor();
          opening.push(await heaviestTask(many.page, () => openResult(many)));
          expect(await counted(many)).toBe(10_000);
          moving.push(
            await heaviestTask(many.page, async () => {
              for (let step = 3; step <= 18; step += 3) {
                const before = await counted(many);
                await slider(many).fill(String(step));
                await soon(() => counted(many)).toBeLessThan(before);
              }
            }),
          );
        }
        expect(Math.min(...opening)).toBeLessThan(100);
        expect(Math.min(...moving)).toBeLessThan(100);
        expect(await rows(many).count()).toBeLessThan(30);
        await many.end();
      },
    );

    test('a review is refused where it is of no building, or its outline does not hold; what was taken in outlives the gateway', async () => {
      const { client } = stage.cairn;
      const crossing = {
        type: 'Polygon' as const,
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [1, 0],
            [0, 1],
            [0, 0],
          ],
        ],
      };
      const refused = (feature: string, change: ReviewChange) => expect(client.review(id, feature, change)).rejects;
      const [, , , fourth] = buildings;
      await refused('0'.repeat(20), { verdict: 'accepted' }).toMatchObject({ code: 'not-found' });
      await refused('../1', { verdict: 'accepted' }).toMatchObject({ code: 'input-invalid' });
      await refused(fourth!.id, { verdict: 'fixed' }).toMatchObject({ code: 'input-invalid' });
      await refused(fourth!.id, { verdict: 'fixed', geometry: crossing }).toMatchObject({ code: 'outline-invalid' });
      await client.review(id, fourth!.id, { verdict: 'accepted' });
      await client.review(id, fourth!.id, { verdict: 'rejected' });
      await client.withdrawReview(id, buildings[0]!.id);
      const told = await client.reviews(id);
      expect(told.reviews.map(({ feature }) => feature)).toEqual(buildings.slice(1, 4).map((one) => one.id));
      await stage.cairn.crash();
      const { client: again } = await stage.open();
      expect(await again.reviews(id)).toEqual(told);
      for (const { feature } of told.reviews) await again.withdrawReview(id, feature);
      expect(await again.reviews(id)).toMatchObject({ reviews: [], figures: { precision: null } });
    });

    test('no request goes to another host, and the page makes no mistake', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
