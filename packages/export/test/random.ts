import type { JsonValue } from '@cairn/receipt';
import fc from 'fast-check';
import type { Feature, Ring, Shape } from '../src/index.ts';
import { building } from './prediction.ts';

const degrees = (units: number): number => Math.round(units) / 1e7;

/** A ring around a place, in units of 1e-7 degree; star-shaped, so it never crosses itself. Counter-clockwise. */
function star(x: number, y: number, radii: readonly number[], scale: number): Ring {
  const ring = radii.map((radius, i): [number, number] => {
    const turn = (2 * Math.PI * i) / radii.length;
    return [degrees(x + scale * radius * Math.cos(turn)), degrees(y + scale * radius * Math.sin(turn))];
  });
  return [...ring, ring[0]!];
}

/** An outline with holes: inside half of the smallest radius there is always ground. */
function rings(x: number, y: number, radii: readonly number[], holes: number): Ring[] {
  const inside = Math.min(...radii) / 2;
  const hole = (i: number): Ring =>
    star(x + (i === 0 ? -inside / 2 : inside / 2), y, [1, 1, 1, 1, 1], inside / 3).reverse();
  return [star(x, y, radii, 1), ...Array.from({ length: holes }, (_, i) => hole(i))];
}

const radii = fc.array(fc.integer({ min: 300, max: 900 }), { minLength: 4, maxLength: 12 });

/** A shape in the cell of its number, so that no two buildings overlap. */
function shape(cell: number): fc.Arbitrary<Shape> {
  const [x, y] = [861_000_000 + (cell % 5) * 4000, -276_000_000 + Math.floor(cell / 5) * 4000];
  return fc
    .oneof(
      { arbitrary: fc.tuple(radii, fc.integer({ min: 0, max: 2 })), weight: 4 },
      { arbitrary: fc.constant(undefined), weight: 1 },
    )
    .map((given): Shape => {
      if (given !== undefined) return { type: 'Polygon', coordinates: rings(x, y, ...given) };
      const parts = [rings(x, y, [500, 500, 500], 0), rings(x + 1500, y, [400, 500, 600, 700], 1)];
      return { type: 'MultiPolygon', coordinates: parts };
    });
}

// NUL ends a text for programs in C, whatever the format says.
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((given) => given.replaceAll('\0', '␀'));
const number = fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map((value) => (value === 0 ? 0 : value));

/** Properties: columns of one type each, one of several types, and names that have to be quoted somewhere. */
const properties = fc.record(
  {
    class: fc.constantFrom('building', 'he said "roof" & <left>\n\t‘Ünïcödé’ 𝄞', "l'École; -- \\", ' padded '),
    confidence: number,
    flat: fc.boolean(),
    'Étage "2"\'s': text,
    mixed: fc.oneof(text, number, fc.boolean(), fc.array(fc.oneof(text, number), { minLength: 1, maxLength: 3 })),
  },
  { requiredKeys: ['class', 'confidence'] },
) as fc.Arbitrary<Record<string, JsonValue>>;

/** Buildings of any shape with any properties. */
export const buildings: fc.Arbitrary<Feature[]> = fc
  .integer({ min: 1, max: 8 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, cell) => fc.tuple(shape(cell), properties))))
  .map((all) => all.map(([geometry, given]) => building(geometry, given)));

/** Two plain houses, the second with a courtyard. */
export const houses: Feature[] = [
  building(
    { type: 'Polygon', coordinates: rings(861_000_000, 276_000_000, [500, 600, 550, 650], 0) },
    { area_m2: 89.84, class: 'building', confidence: 0.8461 },
  ),
  building(
    { type: 'Polygon', coordinates: rings(861_004_000, 276_000_000, [700, 800, 750, 850], 1) },
    { area_m2: 120.5, class: 'building', confidence: 1 },
  ),
];
