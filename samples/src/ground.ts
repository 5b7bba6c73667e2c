/**
 * The ground: yards, gardens and waste land in town, fields with furrows and bunds outside.
 *
 * The plane is cut into parcels: the cells of a jittered lattice that is turned and drawn out, so that they look like
 * strips of land. What grows in a parcel follows from how built-up its middle is.
 */
import type { Canvas } from './canvas.ts';
import { COUNTRY, PATCHES, SUBURB, TOWN } from './covers.ts';
import type { Cover } from './covers.ts';
import { clamp, Dice, hash } from './integer.ts';
import { grain } from './noise.ts';
import { density } from './place.ts';
import { wave } from './wave.ts';

/** One piece of land. Its point is in the parcels' own frame. */
interface Parcel {
  u: number;
  v: number;
  cover: Cover;
  /** What grows in patches among it; the same cover where the parcel is of one piece. */
  patches: Cover;
  furrowX: number;
  furrowY: number;
  tint: number;
  key: number;
}

/** Width of a lattice cell in the parcels' frame, as a power of two. */
const SHIFT = 7;

/** The parcels of a seed, kept once they have been worked out. */
export class Parcels {
  readonly #seed: number;
  readonly #known = new Map<number, Parcel>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** What covers the ground at a world pixel. */
  coverAt(x: number, y: number): Cover {
    const u = frameU(x, y);
    const v = frameV(x, y);
    const i = (u >> SHIFT) - 1;
    const j = (v >> SHIFT) - 1;
    const parcels: Parcel[] = [];
    for (let q = j; q < j + 3; q++) for (let p = i; p < i + 3; p++) parcels.push(this.#parcel(p, q));
    return new Neighbourhood(parcels, i, j, 3).nearest(u, v).parcel.cover;
  }

  /** Draws the bare ground of a window. */
  paint(canvas: Canvas): void {
    const [fine, small, medium, broad, wide] = canvas.noise;
    const near = this.#neighbourhood(canvas);
    for (let row = 0; row < canvas.height; row++) {
      for (let column = 0; column < canvas.width; column++) {
        const index = row * canvas.width + column;
        const x = canvas.x0 + column;
        const y = canvas.y0 + row;
        const wobble = (medium[index]! - 128) >> 4;
        const { parcel, border } = near.nearest(frameU(x, y) + wobble, frameV(x, y) - wobble);
        const { cover, patches, furrowX, furrowY } = parcel;
        const { from, to, furrow } = cover;
        const mix = (medium[index]! + broad[index]! * 2 + small[index]!) >> 2;
        let light = ((fine[index]! - 128) >> 4) + ((grain(canvas.seed, x, y) - 128) >> 4) + parcel.tint;
        light += ((wide[index]! - 128) >> 4) + ((small[index]! - 128) >> 4);
        let red = from[0] + (((to[0] - from[0]) * mix) >> 8);
        let green = from[1] + (((to[1] - from[1]) * mix) >> 8);
        let blue = from[2] + (((to[2] - from[2]) * mix) >> 8);
        if (furrow > 0) {
          const phase = (x * furrowX + y * furrowY) >> 3;
          light += ((wave(phase) * furrow) >> 7) + ((grain(parcel.key, phase >> 7, 0) - 128) >> 5);
        }
        const patch = broad[index]! + medium[index]! + ((small[index]! + fine[index]!) >> 1) - 350;
        if (patch > 0 && patches !== cover) {
          const part = clamp(patch * 4, 0, 230);
          red += ((patches.from[0] - red) * part) >> 8;
          green += ((patches.from[1] - green) * part) >> 8;
          blue += ((patches.from[2] - blue) * part) >> 8;
        }
        if (furrow > 5 && border < 7) {
          // A bund: a grassy rim between fields, with a trodden top.
          const rim = border < 2 ? 90 : 150;
          red += ((96 - red) * rim) >> 8;
          green += ((104 - green) * rim) >> 8;
          blue += ((64 - blue) * rim) >> 8;
        }
        canvas.red[index] = red + light;
        canvas.green[index] = green + light;
        canvas.blue[index] = blue + light;
      }
    }
  }

  /** The parcels that a window may show. */
  #neighbourhood(canvas: Canvas): Neighbourhood {
    const east = canvas.x0 + canvas.width;
    const south = canvas.y0 + canvas.height;
    // The frame is a linear map, so the window's corners bound it; wobble and neighbours take two cells more.
    const first = { i: (frameU(canvas.x0, canvas.y0) >> SHIFT) - 2, j: (frameV(east, canvas.y0) >> SHIFT) - 2 };
    const last = { i: (frameU(east, south) >> SHIFT) + 2, j: (frameV(canvas.x0, south) >> SHIFT) + 2 };
    const columns = last.i - first.i + 1;
    const parcels: Parcel[] = [];
    for (let j = first.j; j <= last.j; j++) for (let i = first.i; i <= last.i; i++) parcels.push(this.#parcel(i, j));
    return new Neighbourhood(parcels, first.i, first.j, columns);
  }

  #parcel(i: number, j: number): Parcel {
    const slot = (i + 32768) * 65536 + (j + 32768);
    let parcel = this.#known.get(slot);
    if (parcel === undefined) {
      if (this.#known.size > 200_000) this.#known.clear();
      parcel = makeParcel(this.#seed, i, j);
      this.#known.set(slot, parcel);
    }
    return parcel;
  }
}

/** A block of the parcels' lattice, searched for the parcel of a point. */
class Neighbourhood {
  readonly #parcels: readonly Parcel[];
  readonly #firstColumn: number;
  readonly #firstRow: number;
  readonly #columns: number;
  /** The answer, one object for all pixels. */
  readonly #found: { parcel: Parcel; border: number };

  constructor(parcels: readonly Parcel[], firstColumn: number, firstRow: number, columns: number) {
    this.#parcels = parcels;
    this.#firstColumn = firstColumn;
    this.#firstRow = firstRow;
    this.#columns = columns;
    this.#found = { parcel: parcels[0]!, border: 0 };
  }

  /** The parcel at a point of the frame, and about how many pixels its border is away. */
  nearest(u: number, v: number): { parcel: Parcel; border: number } {
    let slot = ((v >> SHIFT) - this.#firstRow - 1) * this.#columns + ((u >> SHIFT) - this.#firstColumn - 1);
    let first = slot;
    let nearest = 0x7fffffff;
    let second = 0x7fffffff;
    for (let row = 0; row < 3; row++, slot += this.#columns) {
      for (let at = slot; at < slot + 3; at++) {
        const parcel = this.#parcels[at]!;
        const du = parcel.u - u;
        const dv = parcel.v - v;
        const squared = du * du + dv * dv;
        if (squared < nearest) {
          second = nearest;
          nearest = squared;
          first = at;
        } else if (squared < second) {
          second = squared;
        }
      }
    }
    this.#found.parcel = this.#parcels[first]!;
    this.#found.border = (second - nearest) >> 8;
    return this.#found;
  }
}

function makeParcel(seed: number, i: number, j: number): Parcel {
  const dice = new Dice(seed ^ 0x9a2c, i, j);
  const u = (i << SHIFT) + dice.between(8, 119);
  const v = (j << SHIFT) + dice.between(8, 119);
  const built = density(seed, worldX(u, v), worldY(u, v)) + dice.between(-25, 25);
  const covers = built > 150 ? TOWN : built > 85 ? SUBURB : COUNTRY;
  const cover = dice.weighted(covers);
  const patches = cover.furrow > 5 ? cover : dice.weighted(PATCHES);
  // Furrows run along the parcels or across them, a little off.
  const across = dice.chance(30);
  const pitch = dice.between(150, 230);
  const skew = dice.between(-90, 90);
  const dx = -Math.floor((pitch * 95) / 256) + skew;
  const dy = Math.floor((pitch * 238) / 256);
  return {
    u,
    v,
    cover,
    patches,
    furrowX: across ? dy : dx,
    furrowY: across ? -dx : dy,
    tint: dice.between(-9, 9),
    key: hash(seed ^ 0x77, i, j),
  };
}

/** The parcels' frame: turned by about 22 degrees and drawn out along its first axis. */
function frameU(x: number, y: number): number {
  return (x * 150 + y * 60) >> 8;
}

function frameV(x: number, y: number): number {
  return (y * 290 - x * 116) >> 8;
}

function worldX(u: number, v: number): number {
  return Math.floor((256 * (u * 290 - v * 60)) / 50460);
}

function worldY(u: number, v: number): number {
  return Math.floor((256 * (v * 150 + u * 116)) / 50460);
}
