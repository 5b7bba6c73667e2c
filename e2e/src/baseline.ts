import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import sharp, { type Sharp } from 'sharp';
import { repository } from './cairn.ts';

/** Pictures are kept and compared at this share of their size: letters that another machine smooths otherwise become alike. */
const share = 0.5;
/** Distance of two colours from which on they differ: 0 is none, 1 is that of black and white. */
const threshold = 0.06;
/** Side of the square, in pixels of a kept picture, in which the most pixels that differ are counted. */
const side = 24;

/** The most pixels of such a square that may differ. */
export const tolerance = 90;

const kept = join(repository, 'e2e', 'baseline');
/** Where what differs is written. */
const shown = join(repository, '.scratch', 'baseline');

/** A picture as it is compared: RGBA. */
interface Picture {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A picture as it is compared. @param png as a browser took it */
export async function reduce(png: Buffer): Promise<Picture> {
  const { width } = await sharp(png).metadata();
  return pictureOf(sharp(png).resize({ width: Math.round(width * share), kernel: 'linear' }));
}

/**
 * The most pixels that differ in any square of two pictures, and the second with those in red, as PNG; Infinity where their
 * sizes differ.
 */
export async function compare(before: Picture, now: Picture): Promise<{ most: number; difference: Buffer }> {
  const { width, height } = now;
  if (before.width !== width || before.height !== height) return { most: Infinity, difference: await pngOf(now) };
  const data = new Uint8Array(now.data.length);
  const most = pixelmatch(before.data, now.data, data, width, height, { threshold, includeAA: true, windowSize: side });
  return { most, difference: await pngOf({ data, width, height }) };
}

/**
 * What is wrong with a picture, in words; undefined where it is as it was. Where CAIRN_ACCEPT_BASELINE is 1 it is kept in
 * place of the one before, if it differs.
 */
export async function faultOf(name: string, png: Buffer): Promise<string | undefined> {
  const now = await reduce(png);
  const file = join(kept, `${name}.webp`);
  const before = existsSync(file) ? await pictureOf(sharp(file)) : undefined;
  const { most, difference } =
    before === undefined ? { most: Infinity, difference: await pngOf(now) } : await compare(before, now);
  if (most <= tolerance) return undefined;
  if (process.env['CAIRN_ACCEPT_BASELINE'] === '1') {
    await mkdir(kept, { recursive: true });
    await raw(now).removeAlpha().webp({ lossless: true, effort: 6 }).toFile(file);
    return undefined;
  }
  await mkdir(shown, { recursive: true });
  const at = (kind: string): string => join(shown, `${name}.${kind}.png`);
  await writeFile(at('now'), png);
  await writeFile(at('difference'), difference);
  const words =
    before === undefined
      ? 'has no picture'
      : `differs in ${most} pixels of a square of ${side}, where ${tolerance} may`;
  return `The page "${name}" ${words}: ${at('now')}, ${at('difference')}. If it is meant: make baseline.`;
}

async function pictureOf(image: Sharp): Promise<Picture> {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const raw = ({ data, width, height }: Picture): Sharp => sharp(data, { raw: { width, height, channels: 4 } });
const pngOf = (picture: Picture): Promise<Buffer> => raw(picture).png().toBuffer();
