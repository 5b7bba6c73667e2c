import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { FoundFeature } from '@cairn/contracts';
import type { ImageryChoice } from '../catalog/imagery.ts';
import type { Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import type { AreaGeometry } from '../predict/area.ts';
import type { Outline, OutlineEditor } from './edit.ts';
import { type Camera, type DrawingMode, MapView, type Pin } from './MapView.ts';
import './map.css';

/** A building to approach, to a zoom at least; a box to see whole; or where to look from. */
export type Target = { building: Bbox; zoom?: number } | { whole: Bbox } | { from: Camera };

interface Props {
  /** Where to look; looked at again whenever it changes. */
  look?: Bbox | undefined;
  /** Where to go, once for each object. */
  target?: Target | undefined;
  imagery?: ImageryChoice | undefined;
  footprints?: readonly Pick<ImageryChoice, 'geometry'>[];
  buildings?: readonly FoundFeature[];
  /** Least confidence of buildings that are shown. */
  least?: number;
  /** The building that is spoken of. */
  chosen?: FoundFeature | undefined;
  /** Share of the width from which on the buildings are shown. */
  swipe?: number | undefined;
  /** What was said of buildings. */
  reviewed?: readonly { verdict: string; geometry: GeoJSON.Polygon }[];
  /** What only one of two layers has. */
  compared?: readonly { kind: 'added' | 'missing'; geometry: GeoJSON.Geometry }[];
  /** An outline to draw anew, by identity. */
  edited?: Outline | undefined;
  onEditor?: (editor: OutlineEditor) => void;
  area?: AreaGeometry | undefined;
  pins?: readonly Pin[];
  drawing?: DrawingMode | undefined;
  onDrawn?: (area: AreaGeometry) => void;
  onView?: (view: Bbox, camera?: Camera) => void;
  onChoose?: (building: FoundFeature | undefined) => void;
}

const none: readonly never[] = [];

/** A map with what a page lays on it. A module of its own, fetched when a page shows a map. */
export default function MapCanvas(props: Props) {
  const { look, target, imagery, footprints = none, buildings = none, least = 0, chosen, area } = props;
  const { pins = none, drawing, swipe, reviewed = none, compared = none, edited } = props;
  const { say } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapView>();
  const open = useEffectEvent(
    () =>
      new MapView(box.current!, say, look, () => ({
        onView: props.onView,
        onChoose: (index) => pointedAt(index),
      })),
  );
  const pointedAt = useEffectEvent((index: number | undefined) =>
    props.onChoose?.(index === undefined ? undefined : buildings[index]),
  );
  const drawn = useEffectEvent((geometry: AreaGeometry) => props.onDrawn?.(geometry));
  useEffect(() => {
    const view = open();
    setMap(view);
    return () => {
      setMap(undefined);
      view.remove();
    };
  }, [say]);
  const where = look?.join();
  useEffect(() => {
    if (where !== undefined) map?.look(where.split(',').map(Number) as Bbox);
  }, [map, where]);
  useEffect(() => {
    if (target === undefined || map === undefined) return;
    if ('building' in target) map.approach(target.building, target.zoom);
    else if ('whole' in target) map.look(target.whole);
    else map.jump(target.from);
  }, [map, target]);
  useEffect(() => map?.setImagery(imagery), [map, imagery]);
  useEffect(() => map?.setFootprints(footprints.map(({ geometry }) => geometry)), [map, footprints]);
  useEffect(() => map?.setBuildings(buildings), [map, buildings]);
  useEffect(() => map?.setLeastConfidence(least), [map, least]);
  useEffect(() => map?.setSwipe(swipe), [map, swipe]);
  useEffect(() => map?.setCompared(compared), [map, compared]);
  useEffect(() => map?.setReviewed(reviewed), [map, reviewed]);
  useEffect(() => map?.setChosen(chosen), [map, chosen]);
  useEffect(() => map?.setArea(area), [map, area]);
  useEffect(() => map?.setPins(pins), [map, pins]);
  useEffect(() => map?.setDrawing(drawing, (geometry) => drawn(geometry)), [map, drawing]);
  const editing = useEffectEvent((editor: OutlineEditor) => props.onEditor?.(editor));
  useEffect(() => (edited === undefined ? undefined : map?.edit(edited, (editor) => editing(editor))), [map, edited]);
  return <div ref={box} className="canvas" />;
}
