import { unitsOf } from '@cairn/geo/polygons';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { OsmData, OsmRelation, OsmWay } from './osm-data.ts';

/** What keeps a text from being OSM XML: what is wrong, where in the file (`:line:column` or `#node/ID`), what to do. */
export class OsmError extends Error {
  override readonly name = 'OsmError';

  readonly what: string;
  readonly place: string;
  readonly action: string;

  constructor(what: string, place: string, action: string, cause?: unknown) {
    super(`The file ${what}.`, { cause });
    this.what = what;
    this.place = place;
    this.action = action;
  }
}

/**
 * Reads OSM XML (API 0.6, as Overpass, JOSM and osmium write it) piece by piece. Names that a document type defines are not
 * expanded, so a small file cannot become a large one.
 */
export class OsmReader {
  readonly #data: OsmData = { nodes: new Map(), ways: new Map(), relations: new Map() };
  readonly #parser = new SaxesParser({ position: true, xmlns: false });
  #way: OsmWay | undefined;
  #relation: OsmRelation | undefined;
  #rooted = false;

  constructor() {
    this.#parser.on('error', (cause) => {
      const { line, column } = this.#parser;
      const what = cause.message.replace(/^[\d:]+\s*/, '');
      throw fault(`is not XML: ${what}`, `:${line}:${column}`, 'Export it again from OpenStreetMap.', cause);
    });
    this.#parser.on('opentag', (tag) => this.#open(tag));
    this.#parser.on('closetag', ({ name }) => {
      if (name === 'way') this.#way = undefined;
      if (name === 'relation') this.#relation = undefined;
    });
  }

  /** Takes the next piece of the text. @throws OsmError */
  write(text: string): void {
    this.#parser.write(text);
  }

  /** Answers what all of it holds. @throws OsmError where it is not at its end */
  close(): OsmData {
    this.#parser.close();
    return this.#data;
  }

  #open({ name, attributes }: SaxesTagPlain): void {
    if (!this.#rooted) {
      if (name !== 'osm') {
        throw fault(`is not OSM XML: it begins with <${name.slice(0, 40)}>`, '', 'Export the area as OSM XML (.osm).');
      }
      this.#rooted = true;
      return;
    }
    const { nodes, ways, relations } = this.#data;
    if (name === 'node') {
      const { lat, lon } = attributes;
      if (lat !== undefined && lon !== undefined && !isDeleted(attributes)) {
        nodes.set(idOf(attributes, 'node'), place(lon, lat, attributes));
      }
    } else if (name === 'way') {
      this.#way = { id: idOf(attributes, 'way'), nodes: [], tags: new Map() };
      if (!isDeleted(attributes)) ways.set(this.#way.id, this.#way);
    } else if (name === 'relation') {
      this.#relation = { id: idOf(attributes, 'relation'), members: [], tags: new Map() };
      if (!isDeleted(attributes)) relations.set(this.#relation.id, this.#relation);
    } else if (name === 'nd') {
      this.#way?.nodes.push(idOf(attributes, 'nd', 'ref'));
    } else if (name === 'member' && attributes['type'] === 'way') {
      this.#relation?.members.push({ way: idOf(attributes, 'member', 'ref'), role: attributes['role'] ?? '' });
    } else if (name === 'tag') {
      (this.#way ?? this.#relation)?.tags.set(attributes['k'] ?? '', attributes['v'] ?? '');
    }
  }
}

type Attributes = Record<string, string>;

/** The API says `visible="false"`, the editor JOSM `action="delete"`. */
function isDeleted(attributes: Attributes): boolean {
  return attributes['visible'] === 'false' || attributes['action'] === 'delete';
}

// What an editor has not uploaded yet has a negative id.
function idOf(attributes: Attributes, element: string, name = 'id'): number {
  const text = attributes[name] ?? '';
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw fault(`holds a <${element}> whose ${name} is no number`, '', 'Export it again from OpenStreetMap.');
}

function place(lon: string, lat: string, attributes: Attributes): readonly [number, number] {
  const [x, y] = [Number(lon), Number(lat)];
  if (lon.trim() !== '' && lat.trim() !== '' && Math.abs(x) <= 180 && Math.abs(y) <= 90)
    return [unitsOf(x), unitsOf(y)];
  const what = `places a node at ${lon.slice(0, 30)}, ${lat.slice(0, 30)}, which is no longitude and latitude in degrees`;
  throw fault(what, `#node/${attributes['id']}`, 'Correct that node, or export it again from OpenStreetMap.');
}

function fault(what: string, place: string, action: string, cause?: unknown): OsmError {
  return new OsmError(what, place, action, cause);
}
