import { lazy, Suspense, useState } from 'react';
import type { ImageryChoice } from '../catalog/imagery.ts';
import type { ModelChoice } from '../catalog/models.ts';
import type { Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { setQuery } from '../route/use-location.ts';
import type { AreaGeometry } from './area.ts';

const AddImagery = lazy(() => import('./AddImagery.tsx'));

interface Props {
  /** The nearest to where the model was trained first. */
  imagery: readonly ImageryChoice[];
  chosen: ImageryChoice | undefined;
  model: ModelChoice;
  view: Bbox | undefined;
  area: AreaGeometry | undefined;
  /** A GeoTIFF that was dropped on the page. */
  brought: File | undefined;
  /** It was added, or is not wanted. */
  onTaken: () => void;
}

/** Which image is looked at: one of the catalogue, or one that the reader brings. */
export function ImageryStep({ imagery, chosen, model, view, area, brought, onTaken }: Props) {
  const { say, formats } = useWords();
  const [adding, setAdding] = useState(false);
  const close = (): void => {
    setAdding(false);
    onTaken();
  };
  const choose = (id: string): void => setQuery({ imagery: id, area: undefined });
  return (
    <li>
      <h2>
        <label htmlFor="imagery-choice">{say('predict.imagery')}</label>
      </h2>
      {chosen === undefined ? (
        <p>{say('predict.noImagery')}</p>
      ) : (
        <>
          <select id="imagery-choice" value={chosen.id} onChange={(event) => choose(event.target.value)}>
            {imagery.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
          <p className="quiet small">
            {say('predict.imageryFacts', { gsd: formats.metres(chosen.gsd), licence: chosen.licence })}
          </p>
        </>
      )}
      <button className="button plain small" onClick={() => setAdding(true)}>
        {say('imagery.add')}
      </button>
      {adding || brought !== undefined ? (
        <Suspense>
          <AddImagery
            known={imagery}
            gsd={model.gsd}
            view={view}
            area={area}
            brought={brought}
            onAdded={(id) => {
              close();
              choose(id);
            }}
            onClose={close}
          />
        </Suspense>
      ) : null}
    </li>
  );
}
