import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { useImagery } from '../catalog/imagery.ts';
import type { Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
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
import type { Order } from './order.ts';
import { Plot } from './Plot.tsx';
import type { Buildings, Ground, PredictionInfo } from './predictions.ts';
import { Totals } from './Totals.tsx';
import { useView } from './use-view.ts';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

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
  const [view, change] = useView(query, ({ camera }) => {
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
  const choose = (place: number | undefined): void =>
    change({ building: place === undefined ? undefined : features[place]!.id });

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
              chosen={chosen === undefined ? undefined : features[chosen]}
              onView={(shownBox, camera) => {
                setBox(shownBox);
                change({ camera });
              }}
              onChoose={(building) => choose(building === undefined ? undefined : places.get(building.id))}
            />
          </Suspense>
        </MapBoundary>
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
          chosen={chosen}
          onChoose={choose}
          onGo={(place) => setTarget({ building: columns.boxAt(place) })}
        />
        <Downloads id={info.id} />
        {children}
      </div>
    </main>
  );
}
