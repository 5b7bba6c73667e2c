import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Opened } from './gateway.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2, A and AA, by the names that axe gives to its rules. */
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Runs in the browser. */
const isFocused = (element: unknown): boolean =>
  (element as { ownerDocument: { activeElement: unknown } }).ownerDocument.activeElement === element;

/** How somebody comes to the page. */
export interface Visitor {
  language?: 'en' | 'fr' | 'es' | 'ar';
  width?: number;
  height?: number;
  /** Comes without the link that signs in. */
  stranger?: boolean;
}

/** Somebody's visit to the page: what they do, and what the page did that it should not. */
export class Visit {
  readonly page: Page;
  readonly #address: string;
  /** Requests to other hosts. */
  readonly foreign: string[] = [];
  /** Mistakes of the page, and what its Content-Security-Policy stopped. */
  readonly faults: string[] = [];
  /** How often they clicked. */
  clicks = 0;

  private constructor(page: Page, address: string) {
    this.page = page;
    this.#address = address;
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !/^(blob|data):/.test(request.url())) this.foreign.push(request.url());
    });
    page.on('pageerror', ({ message }) => this.faults.push(message));
    page.on('console', (message) => {
      if (/Content[- ]Security[- ]Policy/i.test(message.text())) this.faults.push(message.text());
    });
  }

  static async begin(browser: Browser, cairn: Opened, visitor: Visitor = {}): Promise<Visit> {
    const { language = 'en', width = 1280, height = 860, stranger = false } = visitor;
    const page = await browser.newPage({ viewport: { width, height }, locale: language });
    const visit = new Visit(page, cairn.address);
    await page.goto(`${cairn.address}/${stranger ? '' : `#/?token=${cairn.token}`}`);
    await page.locator('main h1').first().waitFor();
    return visit;
  }

  /** Goes to a place of the page by its address, as a link from elsewhere does. */
  async open(place: string): Promise<void> {
    await this.page.goto(`${this.#address}/#${place}`);
    await this.page.locator('main h1').first().waitFor();
  }

  async click(what: Locator): Promise<void> {
    this.clicks++;
    await what.click();
  }

  /** Waits until the map has drawn everything. */
  async mapDrawn(): Promise<void> {
    await this.page.locator('.canvas[data-idle="true"]').waitFor({ timeout: 90_000 });
  }

  /** Whether the keyboard stands on something. */
  isOn(what: Locator): Promise<boolean> {
    return what.evaluate(isFocused);
  }

  /** Moves the keyboard on until it stands on something. */
  async tabTo(what: Locator): Promise<void> {
    for (let steps = 0; steps < 80; steps++) {
      if (await this.isOn(what)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard does not come to ${what.toString()}.`);
  }

  /** What of WCAG 2.2 AA the page breaks, by axe: rule and element. */
  async barriers(): Promise<string[]> {
    // At its top: whatever was just scrolled under the bar stands too near to it to be hit.
    await this.page.evaluate('window.scrollTo(0, 0)');
    await this.page.evaluate(axe);
    const run = `axe.run(document, { runOnly: ${JSON.stringify(wcag)}, resultTypes: ['violations'] })`;
    const { violations } = await this.page.evaluate<{
      violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
    }>(run);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  }

  /** By how many pixels the page is wider than its window. */
  overflow(): Promise<number> {
    return this.page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
  }

  end(): Promise<void> {
    return this.page.close();
  }
}
