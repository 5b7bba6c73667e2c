import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compare, faultOf, reduce, tolerance } from '../src/baseline.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import { stillOf } from '../src/still.ts';
import type { Visit } from '../src/visit.ts';

interface Picture {
  name: string;
  place: string;
  /** Words that the page has once it is whole. */
  words: string | RegExp;
  dark?: boolean;
  /** Of the window, in pixels; 1280 where it is not given. */
  width?: number;
}

/** `:id` is that of the demo's prediction. The blueprint comes first: other pages wake what it shows asleep. */
const pictures: readonly Picture[] = [
  { name: 'blueprint', place: '/blueprint', words: 'Why it was chosen' },
  { name: 'discover', place: '/', words: 'Waiting for approval' },
  { name: 'discover-dark', place: '/', words: 'Waiting for approval', dark: true },
  { name: 'discover-360', place: '/', words: 'Waiting for approval', width: 360 },
  { name: 'model', place: '/models/building-detector', words: 'What it draws' },
  { name: 'predict', place: '/predict', words: /Answered before/ },
  { name: 'result', place: '/predictions/:id', words: 'The receipt holds' },
  { name: 'result-dark', place: '/predictions/:id', words: 'The receipt holds', dark: true },
  { name: 'trail', place: '/predictions/:id/trail', words: /^Nothing of this was taken back/ },
  { name: 'approve', place: '/approve/building-detector?version=1', words: 'What this changes' },
  { name: 'training', place: '/training', words: 'Generated settlement' },
  { name: 'dataset', place: '/datasets/scene', words: /^Dashed:/ },
  { name: 'accounts', place: '/operate/accounts', words: 'Add an account' },
];

/** The main pages beside pictures of them that somebody has looked at. The demo has run, and nothing else. */
export function describeBaseline(demo: () => DemoHome): void {
  describe('the look of the page', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    let id: string;
    beforeAll(async () => {
      await stage.open();
      [{ id }] = await stage.cairn.client.get<[{ id: string }]>('/predictions');
      visit = await stage.begin();
    });
    afterAll(() => stage.close());

    const look = async (at: Visit, { words, dark = false, width = 1280 }: Omit<Picture, 'place'>): Promise<Buffer> => {
      await at.page.setViewportSize({ width, height: 1000 });
      await at.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
      await at.page.getByText(words).first().waitFor({ timeout: 60_000 });
      return stillOf(at.page);
    };

    test.each(pictures)('$name is as it was', async (picture) => {
      await visit.open(picture.place.replace(':id', id));
      expect(await faultOf(picture.name, await look(visit, picture))).toBeUndefined();
    });

    test.each([
      { name: 'sign-in', words: 'This Cairn runs on my own machine', visitor: { stranger: true } },
      { name: 'discover-arabic', words: 'بانتظار الموافقة', visitor: { language: 'ar' } },
    ] as const)('$name is as it was', async ({ visitor, ...picture }) => {
      const other = await stage.begin(visitor);
      expect(await faultOf(picture.name, await look(other, picture))).toBeUndefined();
      await other.end();
    });

    test('a part that is gone, moved or of another colour is seen; letters that are smoothed otherwise are not', async () => {
      await visit.open('/');
      const picture = await look(
        visit,
        pictures.find(({ name }) => name === 'discover')!,
      );
      const before = await reduce(picture);
      const differenceBy = async (css: string): Promise<number> => {
        await visit.page.evaluate(
          `window.change ??= document.adoptedStyleSheets[document.adoptedStyleSheets.push(new CSSStyleSheet()) - 1];
          window.change.replaceSync(${JSON.stringify(css)})`,
        );
        return (await compare(before, await reduce(await stillOf(visit.page)))).most;
      };
      expect(await differenceBy('.card-actions .button.plain { visibility: hidden }')).toBeGreaterThan(tolerance);
      expect(await differenceBy('.card-body { padding-block-start: 20px }')).toBeGreaterThan(tolerance);
      expect(await differenceBy(':root { --accent: #1a5a7a }')).toBeGreaterThan(tolerance);
      const smoothed = await reduce(await sharp(picture).blur(0.5).png().toBuffer());
      expect((await compare(before, smoothed)).most).toBeLessThanOrEqual(tolerance);
    });
  });
}
