import { AttributionControl, LngLatBounds, Map, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useRef, useState } from 'react';
import { confidenceSteps } from './confidence.ts';
import type { Building, Buildings } from './gateway.ts';

setWorkerUrl(workerUrl);

interface Props {
  buildings: Buildings;
  imagery: string | undefined;
  onChoose: (building: Building | undefined) => void;
}

const [first, ...rest] = confidenceSteps;
const colour = ['step', ['get', 'confidence'], first.colour, ...rest.flatMap((step) => [step.from, step.colour])];

/** The buildings on the image they were found on. */
export default function BuildingMap({ buildings, imagery, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    let map: Map;
    try {
      map = new Map({
        container: box.current!,
        attributionControl: false,
        bounds: extentOf(buildings),
        fitBoundsOptions: { padding: 32 },
        style: {
          version: 8,
          sources: {
            ...(imagery === undefined
              ? {}
              : {
                  imagery: {
                    type: 'raster',
                    tiles: [`${window.location.origin}/imagery/${encodeURIComponent(imagery)}/tiles/{z}/{x}/{y}.png`],
                    tileSize: 256,
                    maxzoom: 22,
                  },
                }),
            // Ids of content are no numbers, which is what tiles hold: the position in the list stands in for them.
            buildings: { type: 'geojson', data: buildings as GeoJSON.FeatureCollection, generateId: true },
          },
          layers: [
            { id: 'ground', type: 'background', paint: { 'background-color': '#dfe3e0' } },
            ...(imagery === undefined ? [] : [{ id: 'imagery', type: 'raster' as const, source: 'imagery' }]),
            {
              id: 'fill',
              type: 'fill',
              source: 'buildings',
              paint: { 'fill-color': colour as unknown as string, 'fill-opacity': 0.28 },
            },
            {
              id: 'line',
              type: 'line',
              source: 'buildings',
              paint: { 'line-color': colour as unknown as string, 'line-width': 1.8 },
            },
          ],
        },
      });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      return undefined;
    }
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    map.addControl(new ScaleControl(), 'bottom-left');
    map.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    map.on('click', (event) => {
      const [hit] = map.queryRenderedFeatures(event.point, { layers: ['fill'] });
      onChoose(typeof hit?.id === 'number' ? buildings.features[hit.id] : undefined);
    });
    map.on('idle', () => box.current?.setAttribute('data-idle', 'true'));
    return () => map.remove();
  }, [buildings, imagery, onChoose]);
  if (failure !== undefined) {
    return (
      <p className="notice" role="alert">
        The map needs WebGL, which this browser does not offer ({failure}). The figures and the trail stand beside.
      </p>
    );
  }
  return <div ref={box} className="canvas" />;
}

function extentOf(buildings: Buildings): LngLatBounds {
  if (buildings.bbox !== undefined) return new LngLatBounds(buildings.bbox);
  const bounds = new LngLatBounds();
  for (const { geometry } of buildings.features) {
    for (const [lon = 0, lat = 0] of geometry.coordinates[0] ?? []) bounds.extend([lon, lat]);
  }
  return bounds;
}
