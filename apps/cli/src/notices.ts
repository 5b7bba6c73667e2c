import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is known about the origin of a folder of data: licence (SPDX), whom to name, a title, whether it is generated. */
export interface Notice {
  title?: string;
  licence?: string;
  attribution?: string;
  generated: boolean;
}

/**
 * Reads the notice of a data folder: `dataset.json` where it has one. Where it has none, two origins are known by their
 * marks, and their terms go with the data: chips named `OAM-…` are OpenAerialMap's, labels with `osm_id` and OSM XML are
 * OpenStreetMap's.
 */
export async function readNotice(folder: string, paths: readonly string[]): Promise<Notice> {
  const told = await readJson(join(folder, 'dataset.json'));
  if (told !== undefined) {
    return {
      ...(typeof told['title'] === 'string' ? { title: told['title'] } : {}),
      ...(typeof told['licence'] === 'string' ? { licence: told['licence'] } : {}),
      ...(typeof told['attribution'] === 'string' ? { attribution: told['attribution'] } : {}),
      generated: told['seed'] !== undefined,
    };
  }
  const aerial = paths.some((path) => /(^|\/)OAM-[^/]*$/.test(path));
  const labels = paths.includes('labels.geojson') ? await readFile(join(folder, 'labels.geojson'), 'utf8') : '';
  const osm = paths.includes('labels.osm') || labels.includes('"osm_id"');
  const licences = [...(aerial ? ['CC-BY-4.0'] : []), ...(osm ? ['ODbL-1.0'] : [])];
  const names = [
    ...(aerial ? ['Imagery: OpenAerialMap contributors, CC-BY 4.0.'] : []),
    ...(osm ? ['Labels: © OpenStreetMap contributors, ODbL 1.0.'] : []),
  ];
  return {
    ...(licences.length === 0 ? {} : { licence: licences.join(' AND ') }),
    ...(names.length === 0 ? {} : { attribution: names.join(' ') }),
    generated: false,
  };
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
