import { CairnClient } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { installed } from '../src/installed.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

/** An area that no other suite asks for: its prediction has to run. */
const unasked = [86.0695, 15.3762, 86.0725, 15.3795];

const places = [
  '/blueprint?part=seldon',
  ...['accounts', 'tokens', 'jobs', 'costs', 'events'].map((section) => `/operate/${section}`),
];

/** The pages by which an installation is understood and run. */
export function describeOperate(demo: () => DemoHome): void {
  describe('the pages of those who run it', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(() => stage.close());
    /** On a laptop other parts stand in for those of the platform. */
    const standIns = installed() === undefined;
    const part = (name: RegExp, on = visit) => on.page.getByRole('button', { name });

    test('the blueprint tells each part, what stands in for it here, and why it is there', async () => {
      await visit.open('/blueprint');
      await part(/^MLflow/).click();
      expect(visit.page.url()).toContain('part=mlflow');
      const detail = visit.page.getByRole('region', { name: 'MLflow' });
      await detail.getByText('Why it was chosen').waitFor();
      if (standIns) await detail.getByText(/The real MLflow server, on SQLite/).waitFor();
      await detail.getByText(/^3\.\d+/).waitFor();
      await part(standIns ? /^PostgreSQL.*PGlite.*Works/s : /^PostgreSQL.*Works/s).click();
      await visit.page
        .getByRole('region', { name: 'PostgreSQL' })
        .getByText(/^PostGIS \d/)
        .waitFor();
      expect(await visit.barriers()).toEqual([]);
    });

    test('the keyboard alone goes from part to part', async () => {
      await visit.open('/blueprint');
      await visit.tabTo(part(/^DVC/));
      await visit.page.keyboard.press('Enter');
      await visit.page
        .getByRole('region', { name: 'DVC' })
        .getByText(standIns ? /Real Git and DVC/ : 'Why it was chosen')
        .waitFor();
    });

    test('the steps of a workflow and the parts at work light up with the job that runs, and tell its end', async () => {
      await visit.open('/blueprint');
      const predict = visit.page.getByRole('region', { name: 'Find buildings' });
      await predict.getByText('Nothing runs now.').waitFor();
      // What is lit comes and goes while it runs.
      await visit.page.evaluate(
        `window.lit = []; new MutationObserver(() => document.querySelectorAll('[data-lit="true"], li[data-state="running"]')
           .forEach((one) => lit.push(one.innerText ?? ''))).observe(document.body, { subtree: true, childList: true, attributes: true })`,
      );
      const [earlier] = await stage.cairn.client.get<[{ version: string; imagery: string }]>('/predictions');
      await stage.cairn.client.run('predict', { model: earlier.version, imagery: earlier.imagery, aoi: unasked });
      await predict.getByRole('status').getByText('Done').waitFor({ timeout: 30_000 });
      const lit = await visit.page.evaluate<string[]>('window.lit');
      expect(lit.some((text) => /^Find buildings/.test(text))).toBe(true);
      expect(lit.some((text) => /^Seldon Core/.test(text) && text.includes('At work'))).toBe(true);
    });

    test('an administrator adds somebody, who signs in, makes a token of fewer roles that is shown once, and revokes it', async () => {
      await visit.open('/operate/accounts');
      await visit.page.getByText('Add an account', { exact: true }).click();
      const form = visit.page.locator('form').first();
      await form.getByLabel('Name').fill('amina');
      await form.getByLabel(/^Data scientist/).check();
      await form.getByLabel('Password (optional)').fill('a long password');
      await visit.page.getByRole('button', { name: 'Add it' }).click();
      await visit.page.getByText('amina is added.').waitFor();
      expect(await visit.barriers()).toEqual([]);

      const amina = await stage.begin({ stranger: true });
      await amina.page.getByLabel('Name').fill('amina');
      await amina.page.getByLabel('Password').fill('a long password');
      await amina.page.keyboard.press('Enter');
      await amina.page.getByRole('link', { name: 'Operate' }).click();
      await amina.page.getByRole('heading', { name: 'This is for administrators' }).waitFor();
      await amina.page.getByText(/with these roles: Mapper, Data scientist/).waitFor();
      expect(await amina.barriers()).toEqual([]);
      await amina.page.getByRole('link', { name: 'Your own tokens' }).click();
      await amina.page.getByText('Make a token', { exact: true }).click();
      await amina.page.getByLabel('What it is for').fill('nightly');
      await amina.page.getByLabel('Valid for').selectOption('7');
      await amina.page.getByLabel(/^Data scientist/).uncheck();
      await amina.page.getByRole('button', { name: 'Make it' }).click();
      const token = await amina.page.locator('.secret').innerText();
      const program = new CairnClient({ address: stage.cairn.address, token: token.trim() });
      expect(await program.session()).toEqual({ id: 'amina', roles: ['mapper'] });
      await amina.page.getByRole('button', { name: 'I have kept it' }).click();
      expect(await amina.page.getByText(token).count()).toBe(0);
      await amina.page.getByRole('button', { name: 'Revoke the token nightly' }).click();
      await amina.page.getByRole('heading', { name: 'There is no token' }).waitFor();
      await expect(program.session()).rejects.toThrow();

      await visit.open('/operate/accounts');
      await visit.page.getByText('Change amina').click();
      await visit.page.getByRole('button', { name: 'Disable amina' }).click();
      await visit.page
        .getByRole('listitem')
        .filter({ hasText: 'amina' })
        .getByText('Disabled', { exact: true })
        .waitFor();
      await amina.page.reload();
      await amina.page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await amina.end();
    });

    test('jobs of everyone are listed and filtered, and one that runs is cancelled', async () => {
      await visit.open('/operate/jobs');
      await visit.page.getByLabel('Kind').selectOption('register-model');
      const rows = visit.page.locator('.rows > li');
      await rows.filter({ hasText: 'Register a model' }).first().locator('.job-status').getByText('Done').waitFor();
      await expect.poll(() => rows.filter({ hasText: 'Find buildings' }).count()).toBe(0);
      await rows.first().getByText('Steps, time and cost').click();
      await rows.first().getByRole('link', { name: 'The whole log' }).waitFor();
      expect(await visit.barriers()).toEqual([]);
      const [earlier] = await stage.cairn.client.get<[{ version: string; imagery: string }]>('/predictions');
      // Else it might come to its end while it is looked for.
      const release = await stage.cairn.hold();
      try {
        const asked = { model: earlier.version, imagery: earlier.imagery, minArea: 7.25 };
        const { jobID } = await stage.cairn.client.execute('predict', asked);
        await visit.open('/operate/jobs?account=owner');
        await visit.page
          .getByRole('button', { name: /^Cancel: Find buildings/ })
          .first()
          .click();
        await expect
          .poll(async () => (await stage.cairn.client.job(jobID)).status, { timeout: 60_000 })
          .toBe('dismissed');
        await rows.first().locator('.job-status').getByText('Cancelled').waitFor();
      } finally {
        await release();
      }
    });

    test('costs are plotted, listed and downloaded', async () => {
      await visit.open('/operate/costs?by=models');
      await visit.page.getByRole('img', { name: /The time that jobs took/ }).waitFor();
      await visit.page.getByRole('rowheader', { name: 'building-detector' }).waitFor();
      expect(await visit.barriers()).toEqual([]);
      const [download] = await Promise.all([
        visit.page.waitForEvent('download'),
        visit.page.getByRole('link', { name: 'Download as CSV' }).click(),
      ]);
      expect(download.suggestedFilename()).toBe('cairn-models.csv');
    });

    test('the event log follows what happens, and is filtered', async () => {
      await visit.open('/operate/events');
      const log = visit.page.getByRole('list', { name: 'Events' });
      await log.getByText('token.revoked').first().waitFor();
      await stage.cairn.client.addAccount({ id: 'bikash', roles: ['mapper'] });
      await log.getByText('account:bikash').waitFor();
      // What has come stays when no more is to come.
      await visit.page.getByLabel('Follow').uncheck();
      await log.getByText('account:bikash').waitFor();
      await visit.page.getByLabel('Kind').fill('account');
      await visit.page.keyboard.press('Enter');
      await log.getByText('token.revoked').first().waitFor({ state: 'detached' });
      await log.getByText('account:bikash').waitFor();
      expect(visit.page.url()).toContain('kind=account');
      expect(await visit.barriers()).toEqual([]);
    });

    test.each(['en', 'fr', 'es', 'ar'] as const)(
      'in %s they fit a window of 360 pixels and have no barrier, by day and by night',
      async (language) => {
        const reader = await stage.begin({ language, width: 360, height: 740 });
        // Colours are the same in every language.
        const lights = language === 'en' ? (['light', 'dark'] as const) : (['light'] as const);
        for (const place of places) {
          await reader.open(place);
          // Both bars are wider than the window: they stand at the entry that is open.
          for (const entry of await reader.page.locator('nav [aria-current="page"]').all()) {
            const { x, width } = (await entry.boundingBox())!;
            expect([place, x >= 0, x + width <= 360]).toEqual([place, true, true]);
          }
          for (const colorScheme of lights) {
            await reader.page.emulateMedia({ colorScheme });
            expect([place, await reader.barriers(), await reader.overflow()]).toEqual([place, [], 0]);
          }
        }
        await reader.end();
      },
    );

    test('they make no request to any other host, no error of their own, and nothing that the policy stops', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
