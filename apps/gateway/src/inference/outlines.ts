import { CairnError } from '@cairn/contracts';
import {
  aoiMeets,
  blockAt,
  blocksIn,
  boxesMeet,
  crsOf,
  footprint,
  GROUND_DEFAULTS,
  groundRings,
  hasBlock,
  interiorPoint,
  lonLatOfPixel,
  measure,
  parseAoi,
  parseShapes,
  pixelWindow,
  pointInAoi,
  polygonCoordinates,
  boxOf,
  type Aoi,
  type Block,
  type BlockGrid,
  type BlockPlace,
  type Box,
  type Georeference,
  type GeoTransform,
  type Shapes,
} from '@cairn/geo';
import { idOfLine, manifestLine } from '@cairn/receipt';
import { firstSample } from './block-image.ts';
import { plattConfidence, type PlattScaling } from './confidence.ts';
import { Joined, type Found } from './joined.ts';

/** What a prediction's outlines are made for, as plain data. */
export interface OutlineSpec {
  grid: BlockGrid;
  /** Classes that are looked for. */
  classes: string[];
  /** `Crs.name` of the imagery's system. */
  crs: string;
  /** From pixels of the grid to the ground. */
  transform: GeoTransform;
  /** GeoJSON geometry, as `aoiGeometry` gives it. */
  aoi: object;
  /** Smallest building in m². */
  minArea: number;
  /** Greatest distance of the outline from the pixels' staircase, in pixels. */
  tolerance: number;
  /** Whether right angles are drawn where an outline means them. */
  square: boolean;
  /** How confidence follows from the mean probability inside an outline; null: it is that. */
  calibration: PlattScaling | null;
  /** Pixels between the samples by which covered ground is measured. */
  step: number;
  /** Blocks across a strip: the area is gone through strip by strip, so that neighbours come soon after each other. */
  across: number;
}

/** A building as it is written: its line in the manifest, its GeoJSON text, and west, south, east, north around it. */
export interface BuildingText {
  line: string;
  json: string;
  bbox: readonly [west: number, south: number, east: number, north: number];
}

/** What came of one block. */
export interface OutlineProgress {
  buildings: BuildingText[];
  /** Ground of the area in m² that has imagery in this block. */
  covered: number;
}

/**
 * Nothing that is longer than this many pixels (about 1.2 km at 0.3 m) is a building. The limit holds whatever the area, so
 * it changes no building of any other area; and it ends the search for the rest of what reaches out of an area.
 */
const longest = 4096;

/** Edge in pixels of the cells by which ground is measured: far less than that on which a projection's scale changes. */
const cell = 512;

/**
 * The outlines of one prediction: joins what the blocks hold, and makes buildings of it that depend neither on the area nor
 * on the blocks. A building belongs to the area that holds its interior point, and is never cut.
 */
export class Outlines {
  readonly #spec: OutlineSpec;
  readonly #aoi: Aoi;
  readonly #georeference: Georeference;
  readonly #windows: Box[];
  readonly #joined: Joined;
  /** Ground of a pixel by cell, see `#ground`. */
  readonly #grounds = new Map<string, number>();

  constructor(spec: OutlineSpec) {
    this.#spec = spec;
    this.#aoi = parseAoi(spec.aoi);
    this.#georeference = { crs: crsOf(spec.crs), transform: spec.transform };
    const { width, height } = spec.grid;
    this.#windows = this.#aoi.polygons.flatMap(([outer]) => {
      const window = outer && pixelWindow(outer, this.#georeference, width, height);
      return window ? [window] : [];
    });
    this.#joined = new Joined(spec.grid, spec.classes);
  }

  /** The blocks that share ground with the area, by strip from the west, then by row, then column. */
  blocks(): Block[] {
    const { grid, across } = this.#spec;
    const strip = ({ col }: Block): number => Math.floor(col / across);
    return blocksIn(grid, this.#windows)
      .filter(({ core }) => aoiMeets(this.#aoi, footprint(core, this.#georeference)))
      .sort((a, b) => strip(a) - strip(b) || a.row - b.row || a.col - b.col);
  }

  /**
   * Takes what the graph answered for a block: JSON text of its shapes, or null where the block has no data.
   * @param samples see `sampledData`
   * @throws CairnError `model-output-invalid`
   */
  add(place: BlockPlace, shapes: string | null, samples: Uint8Array): OutlineProgress {
    const { core } = blockAt(this.#spec.grid, place.col, place.row);
    const parsed = shapes === null ? nothing : parsedShapes(shapes, core, this.#spec.classes);
    const buildings = this.#joined.add(place, parsed).flatMap((found) => this.#building(found));
    return { buildings, covered: this.#covered(core, samples) };
  }

  /**
   * Blocks beyond the area that may hold the rest of a building of which a part is known; ask again after adding them.
   * None is farther away than a building is long. A building of the area has a point in it, which lies in a block that was
   * added: one whose known part is clear of the area is none.
   */
  wanted(): Block[] {
    const { grid } = this.#spec;
    const near = this.#windows.map(({ x0, y0, x1, y1 }) => ({
      x0: x0 - longest,
      y0: y0 - longest,
      x1: x1 + longest,
      y1: y1 + longest,
    }));
    const meets = ({ core }: Block): boolean =>
      near.some((box) => core.x0 < box.x1 && box.x0 < core.x1 && core.y0 < box.y1 && box.y0 < core.y1);
    const places = new Map(
      this.#joined.wanted((box) => this.#mayMeetArea(box)).map((place) => [`${place.row} ${place.col}`, place]),
    );
    return [...places.values()]
      .filter(({ col, row }) => hasBlock(grid, col, row))
      .sort((a, b) => a.row - b.row || a.col - b.col)
      .map(({ col, row }) => blockAt(grid, col, row))
      .filter(meets);
  }

  #mayMeetArea({ x0, y0, x1, y1 }: Box): boolean {
    // A pixel more, against what rounding to 1e-7 degree takes away.
    const box = { x0: x0 - 1, y0: y0 - 1, x1: x1 + 1, y1: y1 + 1 };
    if (!this.#windows.some((window) => boxesMeet(box, window))) return false;
    return aoiMeets(this.#aoi, footprint(box, this.#georeference));
  }

  #building({ class: name, rings, confidence }: Found): BuildingText[] {
    const { tolerance, square, calibration, minArea } = this.#spec;
    const { x0, y0, x1, y1 } = boxOf(rings);
    if (x1 - x0 > longest || y1 - y0 > longest) return [];
    if (!pointInAoi(this.#aoi, ...lonLatOfPixel(this.#georeference, ...interiorPoint(rings)))) return [];
    const ground = groundRings(rings, this.#georeference, {
      ...GROUND_DEFAULTS,
      tolerance,
      square: square && name === 'building',
    });
    if (ground.length === 0) return [];
    const { area } = measure(ground);
    if (area < minArea) return [];
    const feature = {
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: polygonCoordinates(ground) },
      properties: {
        area_m2: Math.round(area * 100) / 100,
        class: name,
        confidence:
          Math.round((calibration === null ? confidence : plattConfidence(confidence, calibration)) * 1e4) / 1e4,
      },
    };
    const line = manifestLine(feature);
    const id = idOfLine(line);
    const json = JSON.stringify({ type: 'Feature', id, geometry: feature.geometry, properties: feature.properties });
    return [{ line, json, bbox: bboxOf(feature.geometry.coordinates[0]!) }];
  }

  /** Ground in m² that the samples with data inside the area stand for. */
  #covered(core: Box, samples: Uint8Array): number {
    const { step } = this.#spec;
    let covered = 0;
    let at = 0;
    for (let y = firstSample(core.y0, step); y < core.y1; y += step) {
      for (let x = firstSample(core.x0, step); x < core.x1; x += step, at++) {
        if (samples[at] === 0) continue;
        if (pointInAoi(this.#aoi, ...lonLatOfPixel(this.#georeference, x + 0.5, y + 0.5)))
          covered += this.#ground(x, y);
      }
    }
    return covered * step * step;
  }

  /** Ground of a pixel in m²: the mean of a cell of a grid that is the same whatever the blocks. */
  #ground(x: number, y: number): number {
    const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
    const key = `${column} ${row}`;
    let area = this.#grounds.get(key);
    if (area === undefined) {
      const box = { x0: column * cell, y0: row * cell, x1: (column + 1) * cell, y1: (row + 1) * cell };
      area = measure([footprint(box, this.#georeference)]).area / cell ** 2;
      this.#grounds.set(key, area);
    }
    return area;
  }
}

function bboxOf(ring: readonly (readonly number[])[]): BuildingText['bbox'] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = 0, lat = 0] of ring) {
    [west, south] = [Math.min(west, lon), Math.min(south, lat)];
    [east, north] = [Math.max(east, lon), Math.max(north, lat)];
  }
  return [west, south, east, north];
}

const nothing: Shapes = { polygons: [], objects: [] };

function parsedShapes(text: string, core: Box, classes: readonly string[]): Shapes {
  try {
    return parseShapes(JSON.parse(text), core, classes);
  } catch (cause) {
    const words = (cause as Error).message;
    throw new CairnError('model-output-invalid', `The graph answered shapes that do not hold: ${words}.`, { cause });
  }
}
