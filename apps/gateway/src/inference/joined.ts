import {
  StandingObjects,
  Stitcher,
  type BlockGrid,
  type BlockPlace,
  type Box,
  type Rings,
  type Shapes,
  type StitchedPolygon,
} from '@cairn/geo';

/** Something that was found and is whole, in pixels of the grid. */
export interface Found {
  class: string;
  rings: Rings;
  /** 0 … 1 */
  confidence: number;
}

/** What the blocks of a prediction hold, put together: parts of one class that touch become one, objects are kept once. */
export class Joined {
  readonly #stitchers: ReadonlyMap<string, Stitcher>;
  readonly #objects: StandingObjects;

  /** @param classes those that are looked for */
  constructor(grid: BlockGrid, classes: readonly string[]) {
    this.#stitchers = new Map(classes.map((name) => [name, new Stitcher(grid)]));
    this.#objects = new StandingObjects(grid);
  }

  /** Takes what a block holds, and answers what is whole with it: by class, then by place, then objects by place. */
  add(place: BlockPlace, { polygons, objects }: Shapes): Found[] {
    const stitched = [...this.#stitchers].flatMap(([name, stitcher]) => {
      const ofClass = polygons.filter((polygon) => polygon.class === name);
      return stitcher
        .add(place, { polygons: ofClass })
        .filter(({ cut }) => !cut)
        .map((polygon) => foundOf(name, polygon));
    });
    const standing = this.#objects.add(place, objects);
    return [
      ...stitched,
      ...standing.map(({ class: name, rings, score }) => ({ class: name, rings, confidence: score })),
    ];
  }

  /**
   * Blocks that were not added and without which something that is looked for is not whole; some more than once.
   * @param isSought whether something is looked for, by the box around what is known of it
   */
  wanted(isSought: (box: Box) => boolean): BlockPlace[] {
    const stitchers = [...this.#stitchers.values()];
    return [...stitchers.flatMap((stitcher) => stitcher.wanted(isSought)), ...this.#objects.wanted(isSought)];
  }
}

function foundOf(name: string, { rings, pixels, confidenceSum }: StitchedPolygon): Found {
  return { class: name, rings, confidence: confidenceSum / pixels / 255 };
}
