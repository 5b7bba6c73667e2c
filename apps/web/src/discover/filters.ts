import type { ImageryChoice } from '../catalog/imagery.ts';
import type { ModelChoice } from '../catalog/models.ts';
import { kmBetween, meet } from '../catalog/nearness.ts';
import type { Bbox } from '../gateway.ts';

/** How far from where it was trained a model still counts as one for a place, in km; beyond it an estimate warns. */
export const nearKm = 50;

/** Which models to show; what is left out lets everything through. */
export interface Filters {
  /** `view`, or `near:IMAGERY`. */
  place?: string | undefined;
  task?: string | undefined;
  /** The coarsest pixels that the reader's imagery has, in metres. */
  gsd?: string | undefined;
  licence?: string | undefined;
}

/** The names of the filters in an address. */
export const filterNames = ['place', 'task', 'gsd', 'licence'] as const satisfies readonly (keyof Filters)[];

/** Reads the filters of an address. */
export function filtersOf(query: URLSearchParams): Filters {
  return Object.fromEntries(filterNames.map((name) => [name, query.get(name) ?? undefined]));
}

/**
 * The models that the filters let through.
 * @param view what the map shows
 */
export function filtered(
  models: readonly ModelChoice[],
  { place, task, gsd, licence }: Filters,
  imagery: readonly ImageryChoice[],
  view: Bbox | undefined,
): ModelChoice[] {
  const near = imagery.find(({ id }) => place === `near:${id}`);
  return models.filter(
    (model) =>
      (place !== 'view' || view === undefined || meet(model.bbox, view)) &&
      (near === undefined || kmBetween(model.bbox, near.bbox) <= nearKm) &&
      (task === undefined || model.tasks.includes(task)) &&
      (gsd === undefined || resolutionOf(model) === gsd) &&
      (licence === undefined || model.licence === licence),
  );
}

/** The classes of resolution that readers choose from: pixels of so many metres. */
export const resolutions = ['fine', 'middle', 'coarse'] as const;

/** The class of resolution that a model works at. */
export function resolutionOf({ gsd }: Pick<ModelChoice, 'gsd'>): (typeof resolutions)[number] {
  if (gsd <= 0.15) return 'fine';
  return gsd <= 0.6 ? 'middle' : 'coarse';
}
