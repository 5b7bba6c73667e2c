import { invalidMember, type BlockParameters } from '@cairn/contracts';
import { boxRing, trace, type Box, type FoundObject, type Shapes } from '@cairn/geo';
import { Type } from 'typebox';
import Value from 'typebox/value';
import type { Answer } from '../answer.ts';
import { pack, unpack } from '../block.ts';
import type { Collector, SeenWindow } from './model-task.ts';

/** The tensor of objects between detector and transformer. */
export const objectsEdge = 'objects';

const whole = Type.Integer();
const Header = Type.Object({
  /** Bytes of the masks, which follow one another. */
  masks: Type.Integer({ minimum: 0 }),
  objects: Type.Array(
    Type.Object({
      class: whole,
      score: Type.Number({ minimum: 0, maximum: 1 }),
      box: Type.Tuple([whole, whole, whole, whole]),
      /** Whether a mask of the box's size, a byte a pixel, tells which pixels are the object's. */
      masked: Type.Boolean(),
    }),
  ),
});

/** An object that a network found in a window; its place is in pixels of the imagery's grid. */
export interface Finding {
  /** Number of its class. */
  class: number;
  score: number;
  box: Box;
  /** A byte a pixel of the box, row by row: not 0 is the object. Left out where the box is all that is known. */
  mask?: Uint8Array;
}

/**
 * The objects of a block. Windows overlap by their halos and see the same things: an object counts in that window whose core
 * holds the middle of its box, so that it is taken once, whole, and whatever the block.
 */
export class Findings implements Collector {
  readonly #findings: Finding[] = [];
  readonly #read: (seen: SeenWindow, answer: Answer) => Finding[];

  /** @param read the objects of one window, as far as they are to be looked at */
  constructor(read: (seen: SeenWindow, answer: Answer) => Finding[]) {
    this.#read = read;
  }

  take(seen: SeenWindow, answer: Answer): void {
    const { core } = seen.window;
    for (const finding of this.#read(seen, answer)) {
      const { x0, y0, x1, y1 } = finding.box;
      const [x, y] = [Math.floor((x0 + x1) / 2), Math.floor((y0 + y1) / 2)];
      const isHere = x >= core.x0 && x < core.x1 && y >= core.y0 && y < core.y1;
      if (isHere) this.#findings.push(finding);
    }
  }

  async packed(): Promise<string> {
    const masks = Buffer.concat(this.#findings.flatMap(({ mask }) => mask ?? []));
    const objects = this.#findings.map(({ class: label, score, box: { x0, y0, x1, y1 }, mask }) => ({
      class: label,
      score,
      box: [x0, y0, x1, y1],
      masked: mask !== undefined,
    }));
    return JSON.stringify({ masks: masks.length, objects }) + (masks.length === 0 ? '' : `\n${await pack(masks)}`);
  }
}

/** Whether there is anything of a box, and an image at its middle: an object that is seen where there is none is none. */
export function isSeen({ rgba, width, left, top, window }: SeenWindow, { x0, y0, x1, y1 }: Box): boolean {
  const [x, y] = [Math.floor((x0 + x1) / 2), Math.floor((y0 + y1) / 2)];
  return x0 < x1 && y0 < y1 && rgba[((top + y - window.y) * width + left + x - window.x) * 4 + 3] !== 0;
}

/** The objects that `Findings` packed, of the classes that are looked for, from the threshold on. */
export async function objectShapes(
  packed: string,
  place: BlockParameters,
  nameOf: (label: number) => string | null,
): Promise<Shapes> {
  const [head = '', tail = ''] = packed.split('\n');
  const { masks, objects } = headerOf(head);
  const bytes = masks === 0 ? new Uint8Array() : await unpack(tail, masks);
  const found: FoundObject[] = [];
  let at = 0;
  for (const {
    class: label,
    score,
    box: [x0, y0, x1, y1],
    masked,
  } of objects) {
    const box = { x0, y0, x1, y1 };
    const size = masked ? (x1 - x0) * (y1 - y0) : 0;
    const mask = bytes.subarray(at, at + size);
    at += size;
    const name = nameOf(label);
    if (name === null || score < place.threshold) continue;
    const rings = masked ? largestPart(mask, box) : [boxRing(box)];
    if (rings !== null) found.push({ class: name, score, box, rings });
  }
  if (at !== masks) throw invalidMember('/inputs/0/data/0', `must hold ${at} bytes of masks, not ${masks}`);
  return { polygons: [], objects: found };
}

/** Outline of a mask's largest part: an object is one thing, and specks beside it are the network's doubt. */
function largestPart(mask: Uint8Array, { x0, y0, x1, y1 }: Box): number[][] | null {
  const parts = trace(mask, x1 - x0, y1 - y0);
  const [first] = parts;
  if (first === undefined) return null;
  const largest = parts.reduce((most, part) => (part.pixels > most.pixels ? part : most), first);
  return largest.rings.map((ring) => ring.map((value, i) => value + (i % 2 === 0 ? x0 : y0)));
}

function headerOf(text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  if (Value.Check(Header, json)) return json;
  throw invalidMember('/inputs/0/data/0', 'must be the objects of a block, as the detector packs them');
}
