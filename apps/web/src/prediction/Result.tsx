import { lazy, type ReactNode, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { useImagery } from '../catalog/imagery.ts';
import { figuresOf } from '../compare/compare.ts';
import { ComparePanel, type Layer } from '../compare/ComparePanel.tsx';
import { useComparison } from '../compare/use-comparison.ts';
import type { Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import type { Outline, OutlineEditor } from '../map/edit.ts';
import { Legend } from '../map/Legend.tsx';
import { MapBoundary } from '../map/MapBoundary.tsx';
import type { Target } from '../map/MapCanvas.tsx';
import { Waiting } from '../shell/Notice.tsx';
import { shareInView } from './area-in-view.ts';
import { boundsOf } from './bounds.ts';
import { BuildingTable } from './BuildingTable.tsx';
import { Columns } from './columns.ts';
import { ConfidenceSlider } from './ConfidenceSlider.tsx';
import { CopyLink } from './CopyLink.tsx';
import { Downloads } from './Downloads.tsx';
import { type Order, ordered } from './order.ts';
import { Plot } from './Plot.tsx';
import { type Buildings, downloadHref, type Ground, type PredictionInfo } from './predictions.ts';
import { ReviewPanel } from './ReviewPanel.tsx';
import { SwipeHandle } from './SwipeHandle.tsx';
import { Totals } from './Totals.tsx';
import { useReviews } from './use-reviews.ts';
import { useView } from './use-view.ts';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

/** At which a corner can be told from the next. */
const editZoom = 20.5;

interface Props {
  info: PredictionInfo;
  buildings: Buildings;
  /** Where it looked, once that is known. */
  ground: Ground | undefined;
  query: URLSearchParams;
  /** What stands below the figures. */
  children: ReactNode;
}

/** The buildings on their image; figures, plot and table follow the map's view and the slider. */
export function Result({ info, buildings, ground, query, children }: Props) {
  const { say, formats } = useWords();
  const { features } = buildings;
  const imagery = useImagery();
  const image = imagery.data?.find((one) => one.id === info.imagery);
  const whole = useMemo(() => buildings.bbox ?? boundsOf(features), [buildings, features]) ?? image?.bbox;
  const [target, setTarget] = useState<Target>();
  const [file, setFile] = useState<File>();
  const [edited, setEdited] = useState<Outline>();
  const [editor, setEditor] = useState<OutlineEditor>();
  const stopEditing = (): void => {
    setEdited(undefined);
    setEditor(undefined);
  };
  const [view, change] = useView(query, ({ camera, other }) => {
    stopEditing();
    if (other !== undefined) setFile(undefined);
    if (camera !== undefined) setTarget({ from: camera });
    else if (whole !== undefined) setTarget({ whole });
  });
  const [linked] = useState(() => view.camera && { from: view.camera });
  const [box, setBox] = useState<Bbox>();
  const [order, setOrder] = useState<Order>({ by: 'id', descending: false });

  const columns = useMemo(() => new Columns(features), [features]);
  const places = useMemo(() => new Map(features.map(({ id }, place) => [id, place])), [features]);
  const chosen = view.building === undefined ? undefined : places.get(view.building);
  const inView = useMemo(() => columns.within(box), [columns, box]);
  const shown = useMemo(() => columns.sure(inView, view.least), [columns, inView, view.least]);
  const sums = useMemo(() => ({ inView: columns.sums(inView), shown: columns.sums(shown) }), [columns, inView, shown]);
  const share = useMemo(
    () => (ground === undefined || box === undefined ? 1 : shareInView(ground.area, box)),
    [ground, box],
  );
  const { reviews, say: saying, error } = useReviews(info.id);
  const reviewed = useMemo(
    () =>
      [...reviews].flatMap(([id, { verdict, geometry }]) => {
        const place = places.get(id);
        return place === undefined ? [] : [{ verdict, geometry: geometry ?? features[place]!.geometry }];
      }),
    [reviews, places, features],
  );
  const layer = useMemo(
    (): Layer | undefined =>
      file !== undefined ? { file } : view.other === undefined ? undefined : { prediction: view.other },
    [file, view.other],
  );
  const area = ground?.area;
  const asked = useMemo(
    () =>
      layer && {
        result: downloadHref(info.id, 'geojson'),
        layer: 'file' in layer ? layer.file : downloadHref(layer.prediction, 'geojson'),
        area,
      },
    [layer, info.id, area],
  );
  const compared = useComparison(asked);
  const found = compared !== undefined && 'pairs' in compared ? compared : undefined;
  // The slider does not wait for it.
  const deferredLeast = useDeferredValue(view.least);
  const comparison = useMemo(
    () => found && figuresOf(found.pairs, columns.sure(columns.all, deferredLeast), found.theirs.length),
    [found, columns, deferredLeast],
  );
  const onlyInOne = useMemo(
    () =>
      comparison && found
        ? [
            ...comparison.added.map((place) => ({ kind: 'added' as const, geometry: features[place]!.geometry })),
            ...comparison.missing.map((place) => ({ kind: 'missing' as const, geometry: found.theirs[place]! })),
          ]
        : undefined,
    [comparison, found, features],
  );
  // Asked for by a key; at each step of the slider it would be sorted for nobody.
  const walk = (): Uint32Array => ordered(columns.sure(columns.all, view.least), order, columns);
  const edit = (outline: Outline | undefined): void => {
    stopEditing();
    setEdited(outline);
    if (outline !== undefined && chosen !== undefined) setTarget({ building: columns.boxAt(chosen), zoom: editZoom });
  };
  // An outline is of the building that was chosen when its editing began.
  const choose = (place: number | undefined): void => {
    stopEditing();
    change({ building: place === undefined ? undefined : features[place]!.id });
  };

  return (
    <main id="main" tabIndex={-1} className="beside-map">
      <section className="map" aria-label={say('prediction.map')}>
        <MapBoundary>
          <Suspense fallback={<Waiting words={say('map.wait')} />}>
            <MapCanvas
              look={linked === undefined ? whole : undefined}
              target={target ?? linked}
              imagery={image}
              buildings={features}
              least={view.least}
              chosen={chosen === undefined || edited !== undefined ? undefined : features[chosen]}
              swipe={view.swipe}
              reviewed={reviewed}
              {...(onlyInOne === undefined ? {} : { compared: onlyInOne })}
              edited={edited}
              onEditor={setEditor}
              onView={(shownBox, camera) => {
                setBox(shownBox);
                change({ camera });
              }}
              onChoose={(building) => choose(building === undefined ? undefined : places.get(building.id))}
            />
          </Suspense>
        </MapBoundary>
        {view.swipe === undefined ? null : <SwipeHandle share={view.swipe} onShare={(swipe) => change({ swipe })} />}
        <Legend />
      </section>
      <div className="panel">
        <Totals
          info={info}
          missingKm2={ground?.missingKm2 ?? 0}
          all={columns.count}
          count={shown.length}
          areaM2={sums.shown.areaM2}
          shownKm2={info.areaKm2 * share}
        />
        <div className="choices">
          <button
            className="button plain small"
            disabled={whole === undefined}
            onClick={() => whole !== undefined && setTarget({ whole })}
          >
            {say('view.whole')}
          </button>
          <button
            className="button plain small"
            aria-pressed={view.swipe !== undefined}
            onClick={() => change({ swipe: view.swipe === undefined ? 0.5 : undefined })}
          >
            {say('swipe.title')}
          </button>
          <CopyLink id={info.id} view={view} />
        </div>
        <Plot inView={sums.inView} shown={sums.shown} />
        <ConfidenceSlider least={view.least} onLeast={(chosenLeast) => change({ least: chosenLeast })} />
        <p className="chosen" aria-live="polite">
          {chosen === undefined
            ? say('totals.choose')
            : say('totals.chosen', {
                area: formats.m2(columns.area[chosen]!),
                share: formats.percent(columns.confidence[chosen]!),
              })}
        </p>
        <BuildingTable
          buildings={features}
          columns={columns}
          places={shown}
          order={order}
          onOrder={setOrder}
          reviews={reviews}
          chosen={chosen}
          onChoose={choose}
          onGo={(place) => setTarget({ building: columns.boxAt(place) })}
        />
        <ReviewPanel
          id={info.id}
          buildings={features}
          walk={walk}
          chosen={chosen}
          onGo={(place) => {
            choose(place);
            setTarget({ building: columns.boxAt(place) });
          }}
          reviews={reviews}
          error={error}
          onSay={(one) => saying.mutate(one)}
          editing={edited !== undefined}
          editor={editor}
          onEdit={edit}
        />
        <ComparePanel
          info={info}
          layer={layer}
          onLayer={(chosenLayer) => {
            setFile(chosenLayer !== undefined && 'file' in chosenLayer ? chosenLayer.file : undefined);
            change({
              other: chosenLayer !== undefined && 'prediction' in chosenLayer ? chosenLayer.prediction : undefined,
            });
          }}
          figures={comparison}
          fault={compared !== undefined && 'fault' in compared ? compared.fault : undefined}
        />
        <Downloads id={info.id} />
        {children}
      </div>
    </main>
  );
}
