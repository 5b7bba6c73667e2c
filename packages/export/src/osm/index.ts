export { osmBuildings, type OsmBuilding } from './buildings.ts';
export type { OsmData } from './osm-data.ts';
export { OsmError, OsmReader } from './reader.ts';
