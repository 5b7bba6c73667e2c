import type { Map } from 'maplibre-gl';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawRectangleMode } from 'terra-draw';
import { TerraDrawMapLibreGLAdapter } from 'terra-draw-maplibre-gl-adapter';
import type { AreaGeometry } from '../predict/area.ts';
import type { DrawingMode } from './MapView.ts';

const styles = {
  fillColor: '#1f6f5c',
  fillOpacity: 0.15,
  outlineColor: '#1f6f5c',
  outlineWidth: 3,
} as const;

/** Lets one shape be drawn on the map. Answers what ends it, whether or not it was closed. */
export function draw(map: Map, mode: DrawingMode, onDrawn: (geometry: AreaGeometry) => void): () => void {
  const pen = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 7 }),
    modes: [new TerraDrawPolygonMode({ styles }), new TerraDrawRectangleMode({ styles })],
  });
  pen.start();
  pen.setMode(mode);
  pen.on('finish', (id) => {
    const geometry = pen.getSnapshotFeature(id)?.geometry;
    if (geometry?.type === 'Polygon') onDrawn(geometry);
  });
  return () => {
    if (pen.enabled) pen.stop();
  };
}
