/**
 * Streets, paths and streams, drawn over the ground.
 */
import type { Canvas, Colour } from './canvas.ts';
import { clamp } from './integer.ts';
import { grain } from './noise.ts';
import { streamDistance } from './place.ts';
import type { Edge, Surface } from './streets.ts';

const COLOURS: Record<Exclude<Surface, 'none'>, Colour> = {
  asphalt: [112, 110, 108],
  concrete: [162, 156, 144],
  dirt: [166, 138, 106],
  path: [172, 148, 114],
};

/** Later ones are drawn over earlier ones. */
const ORDER = ['path', 'dirt', 'concrete', 'asphalt'] as const;

const SHOULDER = 9;

/** Draws the streams of a window. */
export function paintStreams(canvas: Canvas): void {
  const [fine, small, medium] = canvas.noise;
  for (let row = 0; row < canvas.height; row++) {
    const y = canvas.y0 + row;
    for (let column = 0; column < canvas.width; column++) {
      const index = row * canvas.width + column;
      const far = streamDistance(canvas.seed, canvas.x0 + column, y);
      if (far > 26) {
        // Along a row the water comes nearer by at most a pixel with each pixel.
        column += Math.min(far - 27, canvas.width);
        continue;
      }
      const edge = far + ((medium[index]! - 128) >> 4);
      const bank = clamp((26 - edge) * 12, 0, 200);
      canvas.blend(index, 118 + (small[index]! >> 4), 116 + (small[index]! >> 4), 88, bank);
      if (edge < 6) canvas.blend(index, 158, 148, 126, clamp((6 - edge) * 50, 0, 220));
      if (edge < 0) {
        const ripple = (fine[index]! - 128) >> 4;
        canvas.blend(index, 84 + ripple, 96 + ripple, 84 + ripple, clamp(-edge * 64, 0, 235));
      }
    }
  }
}

/** Draws the streets of a window, the lesser ones first. */
export function paintStreets(canvas: Canvas, edges: readonly Edge[]): void {
  const distance = new Int16Array(canvas.width * canvas.height);
  for (const surface of ORDER) {
    const these = edges.filter((edge) => edge.surface === surface);
    if (these.length === 0) continue;
    distance.fill(127);
    for (const edge of these) measure(canvas, edge, distance);
    pave(canvas, distance, surface);
  }
}

/** Lowers `distance` to the pixels' distance (quarters of a pixel) from an edge's street, where it is near. */
function measure(canvas: Canvas, edge: Edge, distance: Int16Array): void {
  const half = edge.halfWidth;
  const reach = (half >> 4) + SHOULDER + 2;
  for (let k = 0; k < 4; k++) {
    const from = edge.points[k]!;
    const to = edge.points[k + 1]!;
    const left = Math.max(canvas.x0, (Math.min(from.x, to.x) >> 4) - reach);
    const right = Math.min(canvas.x0 + canvas.width - 1, (Math.max(from.x, to.x) >> 4) + reach);
    const top = Math.max(canvas.y0, (Math.min(from.y, to.y) >> 4) - reach);
    const bottom = Math.min(canvas.y0 + canvas.height - 1, (Math.max(from.y, to.y) >> 4) + reach);
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const lengthSquared = Math.max(1, dx * dx + dy * dy);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const px = x * 16 + 8 - from.x;
        const py = y * 16 + 8 - from.y;
        const dot = clamp(px * dx + py * dy, 0, lengthSquared);
        const across = px * dy - py * dx;
        let squared: number;
        if (dot === 0) squared = px * px + py * py;
        else if (dot === lengthSquared) squared = (px - dx) * (px - dx) + (py - dy) * (py - dy);
        else squared = Math.floor((across * across) / lengthSquared);
        // (d² - w²) / 2w is the distance from the edge of the street, to first order and without a root.
        const beyond = clamp(Math.floor((squared - half * half) / (8 * half)), -127, 127);
        const index = (y - canvas.y0) * canvas.width + (x - canvas.x0);
        if (beyond < distance[index]!) distance[index] = beyond;
      }
    }
  }
}

function pave(canvas: Canvas, distance: Int16Array, surface: Exclude<Surface, 'none'>): void {
  const [fine, small, medium, broad] = canvas.noise;
  const [red, green, blue] = COLOURS[surface];
  const soft = surface === 'asphalt' || surface === 'concrete' ? 4 : 9;
  const ragged = surface === 'dirt' ? 3 : 4;
  for (let index = 0; index < distance.length; index++) {
    const raw = distance[index]!;
    if (raw > 4 * SHOULDER) continue;
    const beyond = raw + ((medium[index]! - 128) >> ragged);
    if (surface !== 'path' && beyond > -soft) {
      const dust = clamp(((4 * SHOULDER - beyond) * (90 + (small[index]! >> 1))) >> 5, 0, 170);
      canvas.blend(index, 168, 148, 118, dust);
    }
    const cover = clamp(((soft - beyond) * 128) / soft, 0, 256) | 0;
    if (cover === 0) continue;
    const x = canvas.x0 + (index % canvas.width);
    const y = canvas.y0 + Math.floor(index / canvas.width);
    let light =
      ((fine[index]! - 128) >> 4) + ((broad[index]! - 128) >> 3) + ((grain(canvas.seed ^ 5, x, y) - 128) >> 5);
    if (beyond > -10) light += 6;
    canvas.blend(index, red + light, green + light, blue + light, cover);
    // Earth carried onto the pavement.
    if (small[index]! + medium[index]! > 330) canvas.blend(index, 164, 142, 112, 90);
  }
}
