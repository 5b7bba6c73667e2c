import type { GeoJSONSource, Map } from 'maplibre-gl';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';

type Position = [number, number];

/** The outline that is edited, as it is now: a closed ring of degrees. */
export type Outline = Position[];

const styles = {
  selectedPolygonColor: '#ffd43b',
  selectedPolygonFillOpacity: 0.2,
  selectedPolygonOutlineColor: '#ffd43b',
  selectedPolygonOutlineWidth: 3,
  selectionPointColor: '#1f6f5c',
  selectionPointOutlineColor: '#ffffff',
  selectionPointWidth: 6,
  midPointColor: '#ffffff',
  midPointOutlineColor: '#1f6f5c',
  midPointWidth: 4,
} as const;

/** Lets an outline be drawn anew: corners are dragged, or moved by the keyboard one after the other. */
export class OutlineEditor {
  readonly #map: Map;
  readonly #pen: TerraDraw;
  readonly #id: string | number;
  /** The corner that the keyboard moves; undefined: the whole outline. */
  #corner: number | undefined;

  constructor(map: Map, outline: Outline) {
    this.#map = map;
    const coordinates = { midpoints: true, draggable: true, deletable: true };
    this.#pen = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 9 }),
      modes: [
        new TerraDrawPolygonMode(),
        new TerraDrawSelectMode({ flags: { polygon: { feature: { draggable: true, coordinates } } }, styles }),
      ],
    });
    this.#pen.start();
    this.#pen.setMode('select');
    const [added] = this.#pen.addFeatures([
      { type: 'Feature', geometry: { type: 'Polygon', coordinates: [outline] }, properties: { mode: 'polygon' } },
    ]);
    if (added?.id === undefined || !added.valid) throw new TypeError(`the outline cannot be edited: ${added?.reason}`);
    this.#id = added.id;
    this.#pen.selectFeature(this.#id);
    this.#pen.on('change', () => this.#mark());
  }

  /** The outline as it is now. */
  outline(): Outline {
    const geometry = this.#pen.getSnapshotFeature(this.#id)?.geometry;
    return geometry?.type === 'Polygon' ? (geometry.coordinates[0] as Outline) : [];
  }

  /** Goes on to the next corner, or back; before the first and behind the last it is the whole outline. */
  step(by: 1 | -1): void {
    const count = this.outline().length - 1;
    const at = ((this.#corner ?? -1) + 1 + by + count + 1) % (count + 1);
    this.#corner = at === 0 ? undefined : at - 1;
    this.#mark();
  }

  /** Moves the corner, or the whole, by pixels of the map: to the right and down. */
  move(right: number, down: number): void {
    const moved = ([lon, lat]: Position): Position => {
      const { x, y } = this.#map.project([lon, lat]);
      const { lng, lat: north } = this.#map.unproject([x + right, y + down]);
      return [lng, north];
    };
    this.#set(
      this.#ring().map((place, i) => (this.#corner === undefined || this.#corner === i ? moved(place) : place)),
    );
  }

  /** Takes the corner away, where three are left. */
  removeCorner(): void {
    const ring = this.#ring();
    if (this.#corner === undefined || ring.length < 4) return;
    ring.splice(this.#corner, 1);
    this.#corner = undefined;
    this.#set(ring);
  }

  /** Puts a corner between this one and the next. */
  addCorner(): void {
    const ring = this.#ring();
    if (this.#corner === undefined) return;
    const [from, to] = [ring[this.#corner]!, ring[(this.#corner + 1) % ring.length]!];
    ring.splice(this.#corner + 1, 0, [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]);
    this.#corner += 1;
    this.#set(ring);
  }

  stop(): void {
    this.#corner = undefined;
    this.#mark();
    this.#pen.stop();
  }

  /** The ring without its last position, which is the first. */
  #ring(): Outline {
    return this.outline().slice(0, -1);
  }

  #set(ring: Outline): void {
    const rounded = ring.map(([lon, lat]): Position => [Number(lon.toFixed(9)), Number(lat.toFixed(9))]);
    this.#pen.updateFeatureGeometry(this.#id, { type: 'Polygon', coordinates: [[...rounded, rounded[0]!]] });
    this.#mark();
  }

  /** Shows which corner the keyboard moves. */
  #mark(): void {
    const at = this.#corner === undefined ? undefined : this.outline()[this.#corner];
    void this.#map.getSource<GeoJSONSource>('corner')?.setData({
      type: 'FeatureCollection',
      features:
        at === undefined ? [] : [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: at } }],
    });
  }
}
