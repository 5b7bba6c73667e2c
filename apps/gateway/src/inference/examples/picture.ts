import sharp from 'sharp';
import type { Standing } from './judge.ts';

/** An outline to draw, in pixels of the image. */
export interface DrawnOutline {
  standing: Standing;
  rings: readonly (readonly number[])[];
}

/** A drawn picture. Lengths are in pixels. */
export interface Picture {
  jpeg: Uint8Array;
  width: number;
  height: number;
}

/** Pixels along the longer edge of a picture, where the image has no more. */
const wanted = 768;

/**
 * The lines, told apart by their form and not by colour alone: whole lines for hits, dashed ones for misses, dotted ones with a
 * cross in the middle for inventions, thin ones for what is not counted. In the order in which they are drawn.
 */
const lines: Record<Standing, { colour: string; width: number; dash?: string; crossed?: true }> = {
  beside: { colour: '#ffffff', width: 1.5 },
  hit: { colour: '#3ddc84', width: 4 },
  miss: { colour: '#5cb3ff', width: 4, dash: '12 7' },
  invention: { colour: '#ff6b57', width: 4, dash: '2 7', crossed: true },
};

/**
 * Draws outlines on an image. The same image and outlines give the same bytes: no text is drawn, whose letters would depend on
 * the machine's fonts.
 * @param rgba pixels row by row
 */
export async function drawPicture(
  rgba: Uint8Array,
  { width, height }: { width: number; height: number },
  outlines: readonly DrawnOutline[],
): Promise<Picture> {
  const factor = Math.max(1, wanted / Math.max(width, height));
  const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
  const image = sharp(rgba, { raw: { width, height, channels: 4 } })
    .flatten({ background: '#808080' })
    .resize({ ...size, fit: 'fill', kernel: 'cubic' });
  const jpeg = await image
    .composite([{ input: Buffer.from(drawing(outlines, size, factor)) }])
    .jpeg({ quality: 82, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return { jpeg, ...size };
}

function drawing(
  outlines: readonly DrawnOutline[],
  { width, height }: { width: number; height: number },
  factor: number,
): string {
  const parts = (Object.keys(lines) as Standing[]).flatMap((standing) =>
    outlines
      .filter((outline) => outline.standing === standing)
      .flatMap(({ rings }) => {
        const { colour, width: wide, dash, crossed } = lines[standing];
        const path = rings.map((ring) => pathOf(ring, factor)).join('') + (crossed ? crossOf(rings, factor) : '');
        // A dark rim, so that the line is seen on bright roofs too.
        const rim = `<path d="${path}" stroke="#000" stroke-opacity="0.75" stroke-width="${wide + 3}"/>`;
        const dashes = dash === undefined ? '' : ` stroke-dasharray="${dash}"`;
        return [rim, `<path d="${path}" stroke="${colour}" stroke-width="${wide}"${dashes}/>`];
      }),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`;
  return `${svg} fill="none" stroke-linecap="round" stroke-linejoin="round">${parts.join('')}</svg>`;
}

function pathOf(ring: readonly number[], factor: number): string {
  const points: string[] = [];
  for (let i = 0; i < ring.length; i += 2) points.push(pointOf(ring[i]!, ring[i + 1]!, factor));
  return `M${points.join('L')}Z`;
}

/** A cross in the middle of an outline's box. */
function crossOf(rings: readonly (readonly number[])[], factor: number): string {
  const [xs, ys] = [0, 1].map((odd) => (rings[0] ?? []).filter((_, i) => i % 2 === odd)) as [number[], number[]];
  const [x, y] = [xs, ys].map((values) => (Math.min(...values) + Math.max(...values)) / 2) as [number, number];
  const arm = 6 / factor;
  const ends = [
    [x - arm, y - arm, x + arm, y + arm],
    [x - arm, y + arm, x + arm, y - arm],
  ] as const;
  return ends.map(([x0, y0, x1, y1]) => `M${pointOf(x0, y0, factor)}L${pointOf(x1, y1, factor)}`).join('');
}

function pointOf(x: number, y: number, factor: number): string {
  return `${(x * factor).toFixed(1)} ${(y * factor).toFixed(1)}`;
}
