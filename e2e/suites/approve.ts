import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoHome } from '../src/demo-home.ts';
import { Stage } from '../src/stage.ts';
import type { Visit } from '../src/visit.ts';

const model = 'building-detector';

/** What an approver sees and decides on the page. It leaves in production what was there before. */
export function describeApprove(demo: () => DemoHome): void {
  describe('approving on the page', () => {
    const stage = new Stage(demo);
    let visit: Visit;
    beforeAll(async () => {
      await stage.open();
      visit = await stage.begin();
    });
    afterAll(() => stage.close());
    const page = () => visit.page;
    const choose = (name: string) => page().getByRole('radio', { name, exact: true });
    const button = (name: string) => page().getByRole('button', { name, exact: true });
    const says = (text: string | RegExp) => page().getByText(text).first().waitFor();
    const reason = () => page().getByLabel('Why, in your own words');
    const open = (version: number) => visit.open(`/approve/${model}?version=${version}`);
    const stages = async (): Promise<string[]> =>
      (await stage.cairn.client.versions(model)).map(({ version, stage }) => `${version} ${stage}`);

    test('the candidate’s evidence says what can be compared, what licences allow, and who may approve', async () => {
      await page().getByRole('listitem').filter({ hasText: 'Banepa' }).getByText('Evidence and decision').click();
      await page()
        .getByRole('heading', { name: /^Decide on: .*Banepa/ })
        .waitFor();
      await page()
        .getByRole('row', { name: /Of the buildings, found 22.4%/ })
        .waitFor();
      await says(/measured on another dataset/);
      await says('Nothing stands against this use.');
      await says(/owner made this version: that is you\. As long as nobody else/);
      expect(await visit.barriers()).toEqual([]);
    });

    test('nothing is signed without a reason and the owner’s word that it is their own; the field says so', async () => {
      await button('Sign the approval').click();
      await says('Give a reason: at least three letters.');
      expect(await reason().getAttribute('aria-invalid')).toBe('true');
      await page().keyboard.type('Compared with the labels of the test part.');
      await button('Sign the approval').click();
      await says('Confirm this first.');
      expect(await visit.barriers()).toEqual([]);
      expect(await stages()).toEqual(['2 candidate', '1 production']);
    });

    test('a page that cannot be fetched again stays, with what was written on it, and tells that it may be old', async () => {
      const asked = /\/evidence(\?|$)/;
      await page().route(asked, (route) => route.abort());
      // The reader comes back from another window.
      await page().evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
      const notice = page().getByText('Something on this page could not be fetched again');
      await notice.waitFor();
      expect(await reason().inputValue()).toBe('Compared with the labels of the test part.');
      expect(await visit.barriers()).toEqual([]);
      await page().unroute(asked);
      await button('Try again').click();
      await notice.waitFor({ state: 'detached' });
      await reason().focus();
    });

    test('the keyboard alone approves it as the one that answers first', async () => {
      const press = async (what: ReturnType<typeof button>, key: string): Promise<void> => {
        await visit.tabTo(what);
        await page().keyboard.press(key);
      };
      await press(page().getByLabel(/It answers whoever names no version/), 'Space');
      await says(`${model}/2 answers then whoever names no version.`);
      await press(page().getByLabel(/I made this version/), 'Space');
      await press(button('Sign the approval'), 'Enter');
      await says(`${model}/2 is approved; it may answer now.`);
      expect(await stages()).toEqual(['2 production', '1 production']);
      const approvals = await stage.cairn.client.approvals();
      expect(approvals.find(({ version }) => version === `${model}/2`)).toMatchObject({
        reason: 'Compared with the labels of the test part.',
        approvedOwn: true,
      });
    });

    test('a roll back tells before which version answers then, and that no result is lost', async () => {
      await choose('Roll back to the version before').check();
      await says(`${model}/1 answers then whoever names no version.`);
      await says('It has made no results.');
      await reason().fill('It draws too few buildings.');
      await button('Roll back').click();
      await says('is laid aside; the version before it answers.');
      expect(await stages()).toEqual(['2 archived', '1 production']);
    });

    test('taking back tells before how many results are marked and that nobody answers then, and asks twice', async () => {
      const made = (await stage.cairn.client.departure(model, 1)).predictions;
      expect(made).toBeGreaterThan(0);
      await open(1);
      await page()
        .getByRole('columnheader', { name: `${model}/1` })
        .waitFor();
      await choose('Take it back, with all its results').check();
      await says(new RegExp(`^${made} results? will be marked as wrong`));
      await says('No version answers then');
      await reason().fill('Its labels are wrong.');
      await button('Take it back for good').click();
      await says('Confirm this first.');
      expect(await visit.barriers()).toEqual([]);
      expect(await stages()).toContain('1 production');
    });

    test('with a second account nobody approves their own version, and the page says why', async () => {
      const { client } = stage.cairn;
      await client.addAccount({ id: 'sita', roles: ['approver'] });
      try {
        await open(2);
        await says(/Somebody else has to approve it: two people see more than one/);
        expect(await button('Sign the approval').isDisabled()).toBe(true);
      } finally {
        await client.changeAccount('sita', { disabled: true });
      }
    });

    test.each(['en', 'fr', 'es', 'ar'] as const)(
      'in %s it fits a window of 360 pixels and has no barrier, by day and by night',
      async (language) => {
        const reader = await stage.begin({ language, width: 360, height: 740 });
        // Colours are the same in every language.
        for (const colorScheme of language === 'en' ? (['light', 'dark'] as const) : (['light'] as const)) {
          await reader.page.emulateMedia({ colorScheme });
          await reader.open(`/approve/${model}?version=2`);
          await reader.page.locator('form.decide').waitFor();
          expect([await reader.barriers(), await reader.overflow()]).toEqual([[], 0]);
        }
        await reader.end();
      },
    );

    test('it makes no request to any other host and no mistake of its own', () => {
      expect([stage.foreign, stage.faults]).toEqual([[], []]);
    });
  });
}
