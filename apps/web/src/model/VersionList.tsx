import type { ModelChoice } from '../catalog/models.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';

/** The versions of a model, each with its stage. */
export function VersionList({ versions, chosen }: { versions: readonly ModelChoice[]; chosen: ModelChoice }) {
  const { say } = useWords();
  const sorted = [...versions].sort((a, b) => b.version - a.version);
  return (
    <ol className="versions">
      {sorted.map(({ id, model, version, title, stage }) => (
        <li key={id}>
          <a
            href={hrefOf({ page: 'model', model }, { version: String(version) })}
            aria-current={id === chosen.id ? 'true' : undefined}
          >
            {say('model.version', { version, title })}
          </a>
          <span className="quiet small">{say(`stage.${stage}`)}</span>
        </li>
      ))}
    </ol>
  );
}
