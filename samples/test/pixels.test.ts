import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawWindow } from '../src/picture.ts';
import { planScene } from '../src/plan.ts';
import { Settlement } from '../src/settlement.ts';
import { pixelDigest } from './digest.ts';

describe('the pixels of the generated scene', () => {
  it('are the same on every machine', () => {
    const { chips, aoi } = planScene(1, 1024);
    expect(pixelDigest(1, chips)).toBe('ea91e8dce49b101512212bec523adb54056ecd3bbb8dc35f60a504bb4e35ea01');
    expect(pixelDigest(1, aoi, aoi)).toBe('e3554a87d849052844a06ad051d1138f67bb60840ae9e4d1639efaca5f4103da');
  });

  it('are those of another place for another seed', () => {
    const area = { x: 0, y: 0, width: 64, height: 64 };
    expect(pixelDigest(2, area)).not.toBe(pixelDigest(1, area));
  });

  it.each([
    ['in town', -150, -100],
    ['in the fields', -2100, 1500],
    ['by a stream', 980, -1500],
    ['far away', 12_000, -15_000],
  ])('do not depend on the window they are drawn in, %s', (_, x, y) => {
    const whole = drawWindow(new Settlement(1), x, y, 260, 180);
    const pieces = new Settlement(1);
    const joined = new Uint8Array(whole.length);
    for (let top = 0; top < 180; top += 67) {
      for (let left = 0; left < 260; left += 91) {
        const width = Math.min(91, 260 - left);
        const height = Math.min(67, 180 - top);
        const piece = drawWindow(pieces, x + left, y + top, width, height);
        for (let row = 0; row < height; row++) {
          const from = row * width * 3;
          joined.set(piece.subarray(from, from + width * 3), ((top + row) * 260 + left) * 3);
        }
      }
    }
    const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(sha(joined)).toBe(sha(whole));
  });
});
