import {
  AttributionControl,
  type GeoJSONSource,
  Map,
  Marker,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import type { FoundFeature } from '@cairn/contracts';
import type { Bbox } from '../gateway.ts';
import type { Say } from '../language/words.ts';
import type { AreaGeometry } from '../predict/area.ts';
import { BuildingSource } from './building-source.ts';
import { binOf } from './confidence.ts';
import type { Outline, OutlineEditor } from './edit.ts';
import { aboveImagery, binLayers, bins, fillOpacity, mapStyle, nothing, resultLayers } from './style.ts';
import { Swipe } from './swipe.ts';

setWorkerUrl(workerUrl);

/** From this zoom on a house is more than a dot. */
const nearZoom = 18;

/** A place on the map that leads somewhere. */
export interface Pin {
  id: string;
  /** Longitude and latitude. */
  at: [number, number];
  label: string;
  href: string;
  strong: boolean;
}

/** A shape that is drawn: a polygon corner by corner, or a box between two corners. */
export type DrawingMode = 'polygon' | 'rectangle';

/** Where the map looks from: the middle in degrees, and the zoom of web maps. */
export interface Camera {
  lon: number;
  lat: number;
  zoom: number;
}

/** What the map tells of. */
export interface MapEvents {
  /** The camera is left out where the map has gone to see something whole, which in another window is another camera. */
  onView?: ((view: Bbox, camera?: Camera) => void) | undefined;
  /** The building that was pointed at, by its place in the list; undefined beside all of them. */
  onChoose?: ((index: number | undefined) => void) | undefined;
}

/** The map, in the words of the pages: what lies on it, what is drawn, where it looks. */
export class MapView {
  readonly #map: Map;
  readonly #box: HTMLElement;
  #pins: Marker[] = [];
  #imagery: string | undefined;
  /** Bins below it are hidden. */
  #firstBin = 0;
  #stopDrawing: (() => void) | undefined;
  #buildings: BuildingSource | undefined;
  #swipe: Swipe | undefined;
  #ended = false;

  constructor(box: HTMLElement, say: Say, view: Bbox | undefined, events: () => MapEvents) {
    this.#box = box;
    this.#map = new Map({
      container: box,
      attributionControl: false,
      ...(view === undefined ? { center: [20, 15], zoom: 0.6 } : { bounds: view, fitBoundsOptions: { padding: 32 } }),
      renderWorldCopies: false,
      // Nothing on it fades: to wait for that would draw everything twice.
      fadeDuration: 0,
      locale: {
        'Map.Title': say('map.title'),
        'NavigationControl.ZoomIn': say('map.zoomIn'),
        'NavigationControl.ZoomOut': say('map.zoomOut'),
        'AttributionControl.ToggleAttribution': say('map.attribution'),
      },
      style: mapStyle(matchMedia('(prefers-color-scheme: dark)').matches),
    });
    this.#map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    this.#map.addControl(new ScaleControl(), 'bottom-left');
    this.#map.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    this.#map.on('load', () => events().onView?.(this.view()));
    this.#map.on('moveend', (event) => events().onView?.(this.view(), 'whole' in event ? undefined : this.camera()));
    this.#map.on('click', ({ point }) => {
      if (this.#stopDrawing !== undefined) return;
      const layers = bins.slice(this.#firstBin).map((bin) => binLayers(bin).fill);
      const [hit] = this.#map.queryRenderedFeatures(point, { layers });
      events().onChoose?.(typeof hit?.id === 'number' ? hit.id : undefined);
    });
    // For whoever waits until everything is drawn.
    this.#map.on('idle', () => this.#box.setAttribute('data-idle', 'true'));
    this.#map.on('dataloading', () => this.#box.removeAttribute('data-idle'));
  }

  /** What the map shows now. */
  view(): Bbox {
    const bounds = this.#map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  camera(): Camera {
    const { lng: lon, lat } = this.#map.getCenter();
    return { lon, lat, zoom: this.#map.getZoom() };
  }

  /** Looks from a place at once, as whoever made a link did. */
  jump({ lon, lat, zoom }: Camera): void {
    this.#map.jumpTo({ center: [lon, lat], zoom });
  }

  /** Brings a building into the middle, near enough to see it. */
  approach([west, south, east, north]: Bbox, least = nearZoom): void {
    const zoom = Math.max(this.#map.getZoom(), least);
    this.#map.easeTo({ center: [(west + east) / 2, (south + north) / 2], zoom, duration: 500 });
  }

  /** Looks at a box; with a flight where the reader has not asked for calm. */
  look(view: Bbox): void {
    this.#map.fitBounds(view, { padding: 32, maxZoom: 20, duration: 500 }, { whole: true });
  }

  /** Lays imagery of the catalogue on the ground. */
  setImagery(imagery: { id: string; bbox: Bbox; attribution: string } | undefined): void {
    this.#whenReady(() => {
      if (this.#imagery === imagery?.id) return;
      if (this.#imagery !== undefined) {
        this.#map.removeLayer('imagery');
        this.#map.removeSource('imagery');
      }
      this.#imagery = imagery?.id;
      if (imagery === undefined) return;
      this.#map.addSource('imagery', {
        type: 'raster',
        tiles: [`${window.location.origin}/imagery/${encodeURIComponent(imagery.id)}/tiles/{z}/{x}/{y}.png`],
        bounds: imagery.bbox,
        tileSize: 256,
        maxzoom: 22,
        attribution: plain(imagery.attribution),
      });
      this.#map.addLayer({ id: 'imagery', type: 'raster', source: 'imagery' }, aboveImagery);
    });
  }

  setBuildings(features: readonly FoundFeature[]): void {
    this.#whenReady(() => {
      this.#buildings ??= new BuildingSource(this.#map.getSource<GeoJSONSource>('buildings')!);
      this.#buildings.set(features);
    });
  }

  /** Hides buildings that the model is less sure of; a share of 0..1 at which a bin begins. */
  setLeastConfidence(least: number): void {
    this.#firstBin = binOf(least);
    this.#whenReady(() => {
      for (const bin of bins) {
        const { fill, line } = binLayers(bin);
        this.#map.setPaintProperty(fill, 'fill-opacity', bin < this.#firstBin ? 0 : fillOpacity);
        this.#map.setPaintProperty(line, 'line-opacity', bin < this.#firstBin ? 0 : 1);
      }
    });
  }

  /** Cuts the buildings off left of a share of the map's width, 0..1; undefined: nowhere. */
  setSwipe(share: number | undefined): void {
    this.#whenReady(() => {
      if (share !== undefined) this.#swipe ??= new Swipe(this.#map, resultLayers);
      this.#swipe?.set(share);
    });
  }

  /** Shows what was said of buildings. */
  setReviewed(reviewed: readonly { verdict: string; geometry: GeoJSON.Polygon }[]): void {
    this.#setData('reviewed', {
      type: 'FeatureCollection',
      features: reviewed.map(({ verdict, geometry }) => ({ type: 'Feature', properties: { verdict }, geometry })),
    });
  }

  /** Shows what only one of two layers has. */
  setCompared(compared: readonly { kind: 'added' | 'missing'; geometry: GeoJSON.Geometry }[]): void {
    this.#setData('compared', {
      type: 'FeatureCollection',
      features: compared.map(({ kind, geometry }) => ({ type: 'Feature', properties: { kind }, geometry })),
    });
  }

  /** Lets an outline be drawn anew; the editor is told once it is there. Answers what ends it. */
  edit(outline: Outline, onEditor: (editor: OutlineEditor) => void): () => void {
    let editor: OutlineEditor | undefined;
    let stopped = false;
    this.#stopDrawing = () => {
      stopped = true;
      editor?.stop();
      editor = undefined;
      this.#stopDrawing = undefined;
    };
    this.#whenReady(() => {
      void import('./edit.ts').then(({ OutlineEditor }) => {
        if (stopped || this.#ended) return;
        editor = new OutlineEditor(this.#map, outline);
        onEditor(editor);
      });
    });
    return () => this.#stopDrawing?.();
  }

  /** Marks the building that is spoken of. */
  setChosen(building: FoundFeature | undefined): void {
    this.#setData('chosen', building ?? nothing);
  }

  setFootprints(footprints: readonly GeoJSON.Polygon[]): void {
    this.#setData('footprints', {
      type: 'FeatureCollection',
      features: footprints.map((geometry) => ({ type: 'Feature', properties: {}, geometry })),
    });
  }

  setArea(geometry: AreaGeometry | undefined): void {
    this.#setData('area', geometry === undefined ? nothing : { type: 'Feature', properties: {}, geometry });
  }

  setPins(pins: readonly Pin[]): void {
    for (const pin of this.#pins) pin.remove();
    this.#pins = pins.map(({ at, label, href, strong }) => {
      const element = document.createElement('a');
      element.href = href;
      element.className = strong ? 'pin strong' : 'pin';
      element.title = label;
      element.setAttribute('aria-label', label);
      return new Marker({ element, anchor: 'bottom' }).setLngLat(at).addTo(this.#map);
    });
  }

  /** Lets the reader draw; tells the shape when it is closed. Undefined ends it. */
  setDrawing(mode: DrawingMode | undefined, onDrawn: (geometry: AreaGeometry) => void): void {
    this.#stopDrawing?.();
    this.#stopDrawing = undefined;
    if (mode === undefined) return;
    let stopped = false;
    let stop: (() => void) | undefined;
    this.#stopDrawing = () => {
      stopped = true;
      stop?.();
    };
    this.#whenReady(() => {
      // Who never draws never fetches what it takes.
      void import('./draw.ts').then(({ draw }) => {
        if (!stopped && !this.#ended) stop = draw(this.#map, mode, onDrawn);
      });
    });
  }

  remove(): void {
    this.#ended = true;
    this.#stopDrawing?.();
    this.#buildings?.end();
    this.#map.remove();
  }

  #setData(source: string, data: GeoJSON.GeoJSON): void {
    this.#whenReady(() => void this.#map.getSource<GeoJSONSource>(source)?.setData(data));
  }

  #whenReady(work: () => void): void {
    if (this.#map.isStyleLoaded() === true || this.#map.getSource('area') !== undefined) work();
    else {
      this.#map.once('style.load', () => {
        if (!this.#ended) work();
      });
    }
  }
}

/** Words for a place that takes HTML: what imagery is called is told by whoever added it. */
function plain(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
