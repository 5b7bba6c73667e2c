import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useState } from 'react';
import { useWords } from '../language/words.ts';
import { listPredictions, type PredictionInfo } from '../prediction/predictions.ts';
import { comparedColours } from '../map/style-colours.ts';
import { FileButton } from '../shell/FileButton.tsx';
import type { ComparisonFigures } from './compare.ts';
import './compare.css';

/** What a result is compared with: another result by its id, or a file. */
export type Layer = { prediction: string } | { file: File };

interface Props {
  info: PredictionInfo;
  layer: Layer | undefined;
  onLayer: (layer: Layer | undefined) => void;
  /** Undefined while they are made. */
  figures: ComparisonFigures | undefined;
  /** Why it cannot be compared, in English. */
  fault: string | undefined;
}

/** Compares the result with another layer: what is new, what is missing, and how far the two lie apart. */
export function ComparePanel({ info, layer, onLayer, figures, fault }: Props) {
  const { say, formats } = useWords();
  const [over, setOver] = useState(false);
  const list = useQuery({ queryKey: ['predictions'], queryFn: listPredictions });
  const others = (list.data ?? []).filter(({ id }) => id !== info.id);
  const drag = (dragged: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(dragged);
  };
  return (
    <section
      className={over ? 'compare over' : 'compare'}
      aria-label={say('compare.title')}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        drag(false)(event);
        const [file] = event.dataTransfer.files;
        if (file !== undefined) onLayer({ file });
      }}
    >
      <h2>{say('compare.title')}</h2>
      <p className="quiet small">{say('compare.lead')}</p>
      <div className="choices">
        <select
          aria-label={say('compare.other')}
          value={layer !== undefined && 'prediction' in layer ? layer.prediction : ''}
          onChange={({ target }) => onLayer(target.value === '' ? undefined : { prediction: target.value })}
        >
          <option value="">{say('compare.other')}</option>
          {others.map(({ id, imagery, version, at, features }) => (
            <option key={id} value={id}>
              {say('compare.option', { imagery, version, at: formats.moment(at), count: features })}
            </option>
          ))}
        </select>
        <FileButton
          words={say('compare.file')}
          accept=".geojson,.json,.osm,.xml,application/geo+json"
          onFile={(file) => onLayer({ file })}
        />
        {layer === undefined ? null : (
          <button className="button plain small" onClick={() => onLayer(undefined)}>
            {say('compare.stop')}
          </button>
        )}
      </div>
      <div role="status">
        {layer === undefined ? null : fault !== undefined ? (
          <p className="seal bad">
            {say('compare.refused')}{' '}
            <span lang="en" dir="auto">
              {fault}
            </span>
          </p>
        ) : figures === undefined ? (
          <p>{say('compare.wait')}</p>
        ) : (
          <ComparedFigures figures={figures} />
        )}
      </div>
    </section>
  );
}

function ComparedFigures({ figures: { matched, added, missing, offset } }: { figures: ComparisonFigures }) {
  const { say, formats } = useWords();
  const far = (metres: number): string => formats.metres(Math.abs(metres));
  return (
    <>
      <dl className="figures">
        <div>
          <dt>{say('compare.matched')}</dt>
          <dd>{formats.count(matched)}</dd>
        </div>
        {(['added', 'missing'] as const).map((kind) => (
          <div key={kind}>
            <dt>
              <span className="swatch" style={{ background: comparedColours[kind] }} aria-hidden="true" />{' '}
              {say(`compare.${kind}`)}
            </dt>
            <dd>{formats.count((kind === 'added' ? added : missing).length)}</dd>
          </div>
        ))}
        {offset === undefined ? null : (
          <div>
            <dt>{say('compare.offset')}</dt>
            <dd>{formats.metres(offset.distance)}</dd>
          </div>
        )}
      </dl>
      {offset === undefined ? null : (
        <p className="quiet small">
          {say('compare.way', {
            across: say(offset.east < 0 ? 'compare.west' : 'compare.east', { far: far(offset.east) }),
            along: say(offset.north < 0 ? 'compare.south' : 'compare.north', { far: far(offset.north) }),
          })}
        </p>
      )}
    </>
  );
}
