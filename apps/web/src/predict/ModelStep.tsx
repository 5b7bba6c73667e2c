import { accuracyOf } from '../catalog/accuracy.ts';
import type { ModelChoice } from '../catalog/models.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { setQuery } from '../route/use-location.ts';

/** Which model is asked. */
export function ModelStep({ models, chosen }: { models: readonly ModelChoice[]; chosen: ModelChoice }) {
  const { say, formats } = useWords();
  const accuracy = accuracyOf(chosen.metrics);
  return (
    <li>
      <h2>
        <label htmlFor="model-choice">{say('predict.model')}</label>
      </h2>
      <select id="model-choice" value={chosen.id} onChange={(event) => setQuery({ model: event.target.value })}>
        {models.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
      <p className="quiet small">
        {accuracy === undefined
          ? say('card.notMeasured')
          : say(accuracy.by === 'thing' ? 'card.accuracyThings' : 'card.accuracyArea', {
              found: formats.percent(accuracy.found),
              right: formats.percent(accuracy.right),
            })}{' '}
        <a href={hrefOf({ page: 'model', model: chosen.model }, { version: String(chosen.version) })}>
          {say('card.more')}
        </a>
      </p>
    </li>
  );
}
