/** A way of OpenStreetMap, or of an editor: the ids of its nodes in order. */
export interface OsmWay {
  id: number;
  nodes: number[];
  tags: Map<string, string>;
}

/** A member way of a relation. */
export interface OsmMember {
  way: number;
  role: string;
}

/** A relation of OpenStreetMap, with those of its members that are ways. */
export interface OsmRelation {
  id: number;
  members: OsmMember[];
  tags: Map<string, string>;
}

/** What an OSM XML file holds, by id. Deleted elements are left out. */
export interface OsmData {
  /** Longitude and latitude in units of 1e-7 degree. */
  nodes: Map<number, readonly [x: number, y: number]>;
  ways: Map<number, OsmWay>;
  relations: Map<number, OsmRelation>;
}

/** Whether an element is tagged as a building. */
export function isBuilding({ tags }: { tags: ReadonlyMap<string, string> }): boolean {
  const value = tags.get('building');
  return value !== undefined && value !== 'no';
}
