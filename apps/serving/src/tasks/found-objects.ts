import { invalidMember, type BlockParameters } from '@cairn/contracts';
import { boxRing, middleOf, trace, type Box, type FoundObject, type Shapes } from '@cairn/geo';
import { Type } from 'typebox';
import Value from 'typebox/value';
import type { Answer } from '../answer.ts';
import { pack, unpack } from '../block.ts';
import { coresOf, type Collector, type SeenWindow } from './model-task.ts';

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
export class Findings implements Collector<Finding[]> {
  readonly #findings: Finding[] = [];
  readonly #read: (seen: SeenWindow, answer: Answer) => Finding[];

  /** @param read the objects of one window, as far as they are to be looked at */
  constructor(read: (seen: SeenWindow, answer: Answer) => Finding[]) {
    this.#read = read;
  }

  take(seen: SeenWindow, answer: Answer): void {
    const { core } = seen.window;
    for (const finding of this.#read(seen, answer)) {
      const [x, y] = middleOf(finding.box);
      const isHere = x >= core.x0 && x < core.x1 && y >= core.y0 && y < core.y1;
      if (isHere) this.#findings.push(finding);
    }
  }

  found(): Finding[] {
    return this.#findings;
  }
}

/** Findings as a text. */
export async function packFindings(findings: readonly Finding[]): Promise<string> {
  const masks = Buffer.concat(findings.flatMap(({ mask }) => mask ?? []));
  const objects = findings.map(({ class: label, score, box: { x0, y0, x1, y1 }, mask }) => ({
    class: label,
    score,
    box: [x0, y0, x1, y1],
    masked: mask !== undefined,
  }));
  return JSON.stringify({ masks: masks.length, objects }) + (masks.length === 0 ? '' : `\n${await pack(masks)}`);
}

/** The findings that `packFindings` made a text of. @throws CairnError `input-invalid`. */
export async function unpackFindings(text: string): Promise<Finding[]> {
  const [head = '', tail = ''] = text.split('\n');
  const { masks, objects } = headerOf(head);
  const bytes = masks === 0 ? new Uint8Array() : await unpack(tail, masks);
  const findings: Finding[] = [];
  let at = 0;
  for (const { class: label, score, box: listed, masked } of objects) {
    const [x0, y0, x1, y1] = listed;
    const size = masked ? (x1 - x0) * (y1 - y0) : 0;
    const mask = bytes.subarray(at, at + size);
    at += size;
    findings.push({ class: label, score, box: { x0, y0, x1, y1 }, ...(masked ? { mask } : {}) });
  }
  if (at !== masks) throw invalidMember('/inputs/0/data/0', `must hold ${at} bytes of masks, not ${masks}`);
  return findings;
}

/** Whether there is anything of a box, and an image at its middle: an object that is seen where there is none is none. */
export function isSeen({ rgba, width, left, top, window }: SeenWindow, box: Box): boolean {
  const [x, y] = middleOf(box);
  return box.x0 < box.x1 && box.y0 < box.y1 && rgba[((top + y - window.y) * width + left + x - window.x) * 4 + 3] !== 0;
}

/** The objects of each block of a place, of the classes that are looked for, from the threshold on. */
export function objectShapes(
  findings: readonly Finding[],
  place: BlockParameters,
  nameOf: (label: number) => string | null,
): Shapes[] {
  const found = findings.flatMap(({ class: label, score, box, mask }): FoundObject[] => {
    const name = nameOf(label);
    if (name === null || score < place.threshold) return [];
    const rings = mask === undefined ? [boxRing(box)] : largestPart(mask, box);
    return rings === null ? [] : [{ class: name, score, box, rings }];
  });
  return coresOf(place).map(({ x0, y0, x1, y1 }) => {
    const isHere = ({ box }: FoundObject): boolean => {
      const [x, y] = middleOf(box);
      return x >= x0 && x < x1 && y >= y0 && y < y1;
    };
    return { polygons: [], objects: found.filter(isHere) };
  });
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
