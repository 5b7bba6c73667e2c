import type { Page } from 'playwright-core';
import sharp from 'sharp';

/** In pixels; a README shows no more. */
const width = 860;
/** How long what changes is seen before the next of it, in ms. */
const beat = 350;
/** The most pictures of something that goes on: how long that takes is the machine's affair. */
const most = 12;

/** An animated picture of a page, told picture by picture. */
export class Film {
  readonly #page: Page;
  readonly #pictures: { png: Buffer; ms: number }[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  /** What the page shows now, for some seconds. */
  async hold(seconds: number): Promise<void> {
    this.#pictures.push({ png: await this.#page.screenshot(), ms: 1000 * seconds });
  }

  /** What the page shows until something is so: pictures that differ, evenly taken from all that happened. */
  async follow(isOver: () => boolean): Promise<void> {
    const taken: Buffer[] = [];
    while (!isOver()) {
      const png = await this.#page.screenshot();
      if (taken.at(-1)?.equals(png) !== true) taken.push(png);
    }
    const count = Math.min(most, taken.length);
    for (let place = 0; place < count; place++) {
      this.#pictures.push({ png: taken[Math.floor((place * taken.length) / count)]!, ms: beat });
    }
  }

  /** Writes it as an animated WebP that goes on for ever. */
  async save(path: string): Promise<void> {
    const pages = await Promise.all(this.#pictures.map(({ png }) => sharp(png).resize({ width }).png().toBuffer()));
    await sharp(pages, { join: { animated: true } })
      .webp({ quality: 60, effort: 6, loop: 0, delay: this.#pictures.map(({ ms }) => ms) })
      .toFile(path);
  }
}
