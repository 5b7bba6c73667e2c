import type { Browser } from 'playwright-core';
import { openBrowser } from './browser.ts';
import type { DemoHome } from './demo-home.ts';
import { open, type Opened } from './gateway.ts';
import { installed } from './installed.ts';
import { Visit, type Visitor } from './visit.ts';

/** Where the tests of a suite play: a Cairn, a browser, and whoever comes. */
export class Stage {
  readonly #demo: () => DemoHome;
  readonly #visits: Visit[] = [];
  #cairn: Opened | undefined;
  #browser: Browser | undefined;

  /** @param demo the state folder, known when it is opened. */
  constructor(demo: () => DemoHome) {
    this.#demo = demo;
  }

  /** The Cairn that is open. */
  get cairn(): Opened {
    if (this.#cairn === undefined) throw new Error('The stage is not open.');
    return this.#cairn;
  }

  /** Starts a Cairn, again where there was one, and a browser. @param environment settings of that Cairn. */
  async open(environment: Record<string, string> = {}): Promise<Opened> {
    this.#cairn = await open({ home: this.#demo().home, environment });
    this.#browser ??= await openBrowser();
    return this.#cairn;
  }

  /** Somebody comes to the page. */
  async begin(visitor?: Visitor): Promise<Visit> {
    if (this.#browser === undefined) throw new Error('The stage is not open.');
    const visit = await Visit.begin(this.#browser, this.cairn, visitor);
    this.#visits.push(visit);
    return visit;
  }

  /** What the page of any visitor asked of other hosts. */
  get foreign(): string[] {
    return this.#visits.flatMap(({ foreign }) => foreign);
  }

  /** Mistakes of the page, and what its policy stopped, for any visitor. */
  get faults(): string[] {
    return this.#visits.flatMap(({ faults }) => faults);
  }

  /** Ends what it began: an installation goes on. */
  async close(): Promise<void> {
    await this.#browser?.close();
    if (installed() === undefined) await this.#cairn?.stop();
  }
}
