import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoxAverage } from '../../src/imagery/box-average.ts';
import { PixelCopy } from '../../src/imagery/pixel-copy.ts';

test('pixels of the wanted size are copied as their mean would have them, whatever the window and the patch', () => {
  const place = fc.integer({ min: -12, max: 12 });
  const size = fc.integer({ min: 1, max: 12 });
  const byte = fc.nat({ max: 255 });
  fc.assert(
    fc.property(
      fc.tuple(place, place, size, size),
      fc.tuple(place, place, size, size, fc.nat({ max: 3 })),
      fc.infiniteStream(byte),
      ([x0, y0, w, h], [px, py, pw, ph, more], bytes) => {
        const window = { x0, y0, x1: x0 + w, y1: y0 + h };
        const stride = pw + more;
        const rgba = Uint8Array.from({ length: stride * ph * 4 }, () => Number(bytes.next().value));
        // Often without data, or with a part of it.
        for (let at = 3; at < rgba.length; at += 12) rgba[at] = 0;
        const patch = { box: { x0: px, y0: py, x1: px + pw, y1: py + ph }, rgba, stride };
        const [mean, copy] = [new BoxAverage(window, 1), new PixelCopy(window)];
        for (const one of [mean, copy]) one.add(patch);
        expect(copy.rgba()).toEqual(mean.rgba());
      },
    ),
    { numRuns: 300 },
  );
});
