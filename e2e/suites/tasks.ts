import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository } from '../src/cairn.ts';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

/** South-east of the scene: an area that nobody has asked for. */
const area = '86.0722,15.3762,86.0738,15.3778';

interface Measured {
  task: string;
  clicks: number;
  seconds: number;
}

/**
 * The tasks of the kit for testing with people (docs/testing), done without a wrong turn: the fewest clicks, which are asserted,
 * and the machine's share of the seconds. With CAIRN_TEST_BASELINE set those are written to docs/testing/baseline.md.
 */
export function describeTasks(demo: () => DemoHome): void {
  describe('the tasks for testing with people', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    const measured: Measured[] = [];
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(async () => {
      await stage.close();
      if (process.env['CAIRN_TEST_BASELINE'] !== undefined) {
        await writeFile(join(repository, 'docs/testing/baseline.md'), tableOf(measured));
      }
    });
    const link = (name: string | RegExp) => visit.page.getByRole('link', { name, exact: true });
    const button = (name: string) => visit.page.getByRole('button', { name, exact: true });
    const clicksOf = async (task: string, work: () => Promise<unknown>): Promise<number> => {
      visit.clicks = 0;
      const began = performance.now();
      await work();
      const { clicks } = visit;
      measured.push({ task, clicks, seconds: (performance.now() - began) / 1000 });
      return clicks;
    };

    test('1: find the buildings of an area', async () => {
      const clicks = await clicksOf('1. Find the buildings of an area', async () => {
        await visit.click(link('Find buildings').last());
        await visit.click(visit.page.getByText('Paste coordinates or upload a file'));
        await visit.page.getByLabel(/GeoJSON, or west/).fill(area);
        await visit.click(button('Use it'));
        await visit.click(button('Find buildings'));
        await visit.page.getByRole('heading', { name: /^\d+ buildings? on/ }).waitFor({ timeout: 90_000 });
      });
      expect(clicks).toBe(4);
    });

    test('2: take them along as GeoJSON', async () => {
      const download = visit.page.waitForEvent('download');
      const clicks = await clicksOf('2. Take the buildings along as GeoJSON', async () => {
        await visit.click(link('Download GeoJSON'));
        await download;
      });
      expect(clicks).toBe(1);
    });

    test('3: say who approved the model, and on which image they were found', async () => {
      const clicks = await clicksOf('3. Say who approved the model, and on which image', async () => {
        await visit.click(link('Open the whole trail'));
        await visit.page.getByText(/^The receipt holds/).waitFor();
        await visit.page.getByText(/^Approved by owner/).waitFor();
      });
      expect(clicks).toBe(1);
    });

    test('4: tell whether a file that somebody sent is genuine', async () => {
      const clicks = await clicksOf('4. Tell whether a file that somebody sent is genuine', async () => {
        await visit.click(link('Check a file'));
        const chooser = visit.page.waitForEvent('filechooser');
        await visit.click(visit.page.locator('.drop input[type=file]'));
        await (await chooser).setFiles(demo().out);
        await visit.page.getByText(/^The receipt holds/).waitFor();
      });
      expect(clicks).toBe(2);
    });

    test('5: find the weak spots of a model', async () => {
      await visit.open('/');
      const clicks = await clicksOf('5. Find what a model is bad at', async () => {
        await visit.click(link(/^About it/).first());
        await visit.page.getByRole('heading', { name: 'What it is bad at' }).waitFor();
      });
      expect(clicks).toBe(1);
    });

    test('6: say what you think', async () => {
      const clicks = await clicksOf('6. Say what you think of a page', async () => {
        await visit.click(button('Feedback'));
        await visit.click(visit.page.getByRole('dialog').getByText('Good', { exact: true }).locator('..'));
        await visit.click(visit.page.getByRole('button', { name: 'Send' }));
        await visit.page.getByText('Thank you').waitFor();
      });
      expect(clicks).toBe(3);
    });
  });
}

function tableOf(measured: readonly Measured[]): string {
  const rows = measured.map(
    ({ task, clicks, seconds }) =>
      `| ${task.padEnd(53)} | ${String(clicks).padStart(6)} | ${seconds.toFixed(1).padStart(7)} |`,
  );
  return [
    '# Baseline of the tasks',
    '',
    'The fewest clicks of each [task](tasks.md), which the browser test holds, and the seconds that program and browser took for them',
    'on one machine that did little else: nobody read or thought. Written by `e2e/suites/tasks.ts` with `CAIRN_TEST_BASELINE=1`; the seconds are of that',
    'day and that machine, and no test compares them.',
    '',
    `| ${'task'.padEnd(53)} | clicks | seconds |`,
    `| ${'-'.repeat(53)} | -----: | ------: |`,
    ...rows,
    '',
  ].join('\n');
}
