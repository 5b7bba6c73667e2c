import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import type { FoundFeature } from '@cairn/contracts';
import type { DatasetChoice } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { MapBoundary } from '../map/MapBoundary.tsx';
import { Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';

const MapCanvas = lazy(() => import('../map/MapCanvas.tsx'));

/** Where a dataset's chips lie (dashed) and the outlines that were drawn on them (filled). */
export function ChipMap({ dataset: { id, version, bbox } }: { dataset: DatasetChoice }) {
  const { say } = useWords();
  const places = useQuery({
    queryKey: ['dataset-map', id, version],
    queryFn: () => gateway.datasetMap(id, version),
    staleTime: Infinity,
  });
  const chips = useMemo(
    () =>
      (places.data?.chips ?? []).map(({ coordinates }) => ({ geometry: { type: 'Polygon' as const, coordinates } })),
    [places.data],
  );
  const labels = useMemo((): FoundFeature[] => {
    // A person drew them: they are as sure as can be.
    const properties = { class: 'building', confidence: 1, area_m2: 0 };
    return (places.data?.labels ?? []).map((coordinates, index) => ({
      type: 'Feature',
      id: String(index),
      geometry: { type: 'Polygon', coordinates },
      properties,
    }));
  }, [places.data]);
  const { leftOut } = places.data ?? {};
  return (
    <section aria-label={say('dataset.map')}>
      <div className="dataset-map">
        <MapBoundary>
          <Suspense fallback={<Waiting words={say('map.wait')} />}>
            <MapCanvas look={bbox} footprints={chips} buildings={labels} />
          </Suspense>
        </MapBoundary>
      </div>
      {places.isError ? <Problem error={places.error} retry={() => void places.refetch()} /> : null}
      <p className="quiet small" role="status">
        {places.data === undefined
          ? say('dataset.mapWait')
          : say('dataset.mapShows', { chips: chips.length, labels: labels.length })}
        {leftOut === undefined || leftOut.chips + leftOut.labels === 0
          ? ''
          : ` ${say('dataset.mapLeaves', { chips: leftOut.chips, labels: leftOut.labels })}`}
      </p>
    </section>
  );
}
