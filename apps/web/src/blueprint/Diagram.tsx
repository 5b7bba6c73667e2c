import type { BlueprintPart, BlueprintPartId } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { setQuery } from '../route/use-location.ts';
import { PartDetail } from './PartDetail.tsx';

interface Props {
  parts: readonly BlueprintPart[];
  chosen: BlueprintPartId;
  /** The parts that work on a job now. */
  atWork: ReadonlySet<BlueprintPartId>;
}

/** The lines between the parts, in percent of the drawing; they run behind the cards. */
const lines: readonly { from: BlueprintPartId; to: BlueprintPartId; path: string }[] = [
  { from: 'gateway', to: 'catalog', path: 'M10 15V50' },
  { from: 'gateway', to: 'mlflow', path: 'M30 15V50' },
  { from: 'gateway', to: 'dvc', path: 'M50 15V50' },
  { from: 'gateway', to: 'argo', path: 'M70 15V50' },
  { from: 'gateway', to: 'seldon', path: 'M90 15V50' },
  { from: 'gateway', to: 'postgresql', path: 'M19.6 15V85' },
  { from: 'gateway', to: 'minio', path: 'M39.8 15V60C39.8 70 46 66 46 85' },
  { from: 'catalog', to: 'postgresql', path: 'M10 50V85' },
  { from: 'mlflow', to: 'postgresql', path: 'M28 50V85' },
  { from: 'mlflow', to: 'minio', path: 'M34 50C34 76 43 64 43 85' },
  { from: 'dvc', to: 'minio', path: 'M50 50V85' },
  { from: 'argo', to: 'kubernetes', path: 'M70 50V85' },
  { from: 'seldon', to: 'kubernetes', path: 'M90 50V85' },
];

/** The parts as a diagram, on a narrow window as a list. What is told of the chosen one stands behind it in the list. */
export function Diagram({ parts, chosen, atWork }: Props) {
  const { say } = useWords();
  return (
    <div className="diagram">
      <svg className="diagram-lines" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        {lines.map(({ from, to, path }) => (
          <path key={path} d={path} data-lit={atWork.has(from) && atWork.has(to)} />
        ))}
      </svg>
      <ul className="diagram-parts" aria-label={say('blueprint.parts')}>
        {parts.map((part) => (
          <li key={part.id}>
            <button
              className="part"
              data-part={part.id}
              data-state={part.state}
              data-lit={atWork.has(part.id)}
              aria-expanded={part.id === chosen}
              aria-controls={part.id === chosen ? 'part-detail' : undefined}
              onClick={() => setQuery({ part: part.id })}
            >
              <span className="part-name">{say(`part.${part.id}`)}</span>
              <span className="part-here">{part.standIn ? say(`part.${part.id as StandIn}.short`) : part.version}</span>
              <span className="part-state">
                {say(atWork.has(part.id) ? 'blueprint.atWork' : `blueprint.${part.state}`)}
              </span>
            </button>
            {part.id === chosen ? <PartDetail part={part} /> : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The parts whose work something smaller can do. */
export type StandIn = Exclude<BlueprintPartId, 'gateway' | 'catalog'>;
