import { useState } from 'react';
import type { ImageryChoice } from '../catalog/imagery.ts';
import type { Bbox } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import type { DrawingMode } from '../map/MapView.ts';
import { FileButton } from '../shell/FileButton.tsx';
import { type AreaGeometry, boxArea, commonBox, readArea } from './area.ts';

interface Props {
  /** Undefined: the whole image. */
  area: AreaGeometry | undefined;
  image: ImageryChoice;
  view: Bbox | undefined;
  drawing: DrawingMode | undefined;
  onArea: (area: AreaGeometry | undefined) => void;
  onDraw: (mode: DrawingMode | undefined) => void;
}

/** Where is looked: the whole image, or a part of it that is drawn, shown, pasted or uploaded. */
export function AreaStep({ area, image, view, drawing, onArea, onDraw }: Props) {
  const { say } = useWords();
  const shown = view === undefined ? undefined : commonBox(view, image.bbox);
  return (
    <li>
      <h2>{say('predict.area')}</h2>
      <p role="status">{say(area === undefined ? 'area.whole' : 'area.own')}</p>
      <div className="choices" role="group" aria-label={say('predict.area')}>
        {(['rectangle', 'polygon'] as const).map((mode) => (
          <button
            key={mode}
            className="button plain small"
            aria-pressed={drawing === mode}
            onClick={() => onDraw(drawing === mode ? undefined : mode)}
          >
            {say(`area.${mode}`)}
          </button>
        ))}
        <button
          className="button plain small"
          disabled={shown === undefined}
          onClick={() => onArea(shown === undefined ? undefined : boxArea(shown))}
        >
          {say('area.view')}
        </button>
        {area === undefined ? null : (
          <button className="button plain small" onClick={() => onArea(undefined)}>
            {say('area.useWhole')}
          </button>
        )}
      </div>
      <PastedArea onArea={onArea} />
    </li>
  );
}

/** An area as text or as a file: for those who have one, and for those who draw nothing. */
function PastedArea({ onArea }: { onArea: (area: AreaGeometry) => void }) {
  const { say } = useWords();
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(false);
  const take = (given: string): void => {
    const area = readArea(given);
    setRefused(area === undefined);
    if (area !== undefined) onArea(area);
  };
  return (
    <details
      className="paste"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void event.dataTransfer.files[0]?.text().then(take);
      }}
    >
      <summary>{say('area.paste')}</summary>
      <label>
        {say('area.text')}
        <textarea
          dir="ltr"
          rows={4}
          spellCheck={false}
          value={text}
          aria-invalid={refused}
          aria-describedby={refused ? 'area-refused' : undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {refused ? (
        <p id="area-refused" className="refused" role="alert">
          {say('area.refused')}
        </p>
      ) : null}
      <div className="choices">
        <button className="button plain small" onClick={() => take(text)} disabled={text.trim() === ''}>
          {say('area.use')}
        </button>
        <FileButton
          words={say('area.file')}
          accept=".geojson,.json,application/geo+json,application/json"
          onFile={(file) => void file.text().then(take)}
        />
      </div>
    </details>
  );
}
