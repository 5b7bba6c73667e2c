import fc from 'fast-check';

/** A mask, row by row: 1 is foreground. */
export interface Mask {
  width: number;
  height: number;
  mask: Uint8Array;
}

/** A mask as rows of characters: '#' is foreground. */
export function drawn(...rows: string[]): Mask {
  const width = rows[0]?.length ?? 0;
  return { mask: Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)), width, height: rows.length };
}

/** Random masks from sparse to dense, with saddles, holes in holes and components that touch at corners. */
export const anyMask = fc
  .record({
    width: fc.integer({ min: 1, max: 24 }),
    height: fc.integer({ min: 1, max: 24 }),
    fill: fc.integer({ min: 5, max: 95 }),
  })
  .chain(({ width, height, fill }) =>
    fc
      .array(fc.integer({ min: 0, max: 99 }), { minLength: width * height, maxLength: width * height })
      .map((cells) => ({ width, height, mask: Uint8Array.from(cells, (cell) => (cell < fill ? 1 : 0)) })),
  );

/** The part of a raster inside a box. */
export function cropped(
  raster: Uint8Array,
  width: number,
  box: { x0: number; y0: number; x1: number; y1: number },
): Uint8Array {
  const rows: number[] = [];
  for (let y = box.y0; y < box.y1; y++) rows.push(...raster.subarray(y * width + box.x0, y * width + box.x1));
  return Uint8Array.from(rows);
}

/** The pixels that the rings enclose, by the even-odd rule at pixel centres. */
export function painted(
  polygons: readonly (readonly (readonly number[])[])[],
  width: number,
  height: number,
): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const ring of polygons.flat()) {
    for (let i = 0; i < ring.length; i += 2) {
      const [x = 0, y0 = 0] = [ring[i], ring[i + 1]];
      const [toX = 0, y1 = 0] = [ring[(i + 2) % ring.length], ring[(i + 3) % ring.length]];
      if (x !== toX) continue;
      for (let y = Math.min(y0, y1); y < Math.max(y0, y1); y++) {
        for (let column = x; column < width; column++) mask[y * width + column] = 1 - (mask[y * width + column] ?? 0);
      }
    }
  }
  return mask;
}
