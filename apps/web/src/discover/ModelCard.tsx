import { accuracyOf } from '../catalog/accuracy.ts';
import type { ModelChoice } from '../catalog/models.ts';
import { useClassWords, useTaskWords } from '../catalog/task-words.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';

/**
 * A model in brief: a picture of its work, what it finds, how good it is, who let it answer; and the way to use it.
 * `level` is that of its heading. The picture of the `first` card is what a visitor waits for.
 */
export function ModelCard({ model, level, first }: { model: ModelChoice; level: 2 | 3; first: boolean }) {
  const { say, formats } = useWords();
  const taskWords = useTaskWords();
  const classWords = useClassWords();
  const { title, picture, example, approval, stage, gsd, licence, classes, tasks, metrics, data } = model;
  const Heading = level === 2 ? 'h2' : 'h3';
  const accuracy = accuracyOf(metrics);
  const loading = first ? ({ fetchPriority: 'high' } as const) : ({ loading: 'lazy' } as const);
  const about = hrefOf({ page: 'model', model: model.model }, { version: String(model.version) });
  return (
    <li className="card">
      <div className="card-picture">
        {picture !== undefined ? (
          <img src={`${picture}&width=640`} alt="" {...loading} />
        ) : example !== undefined ? (
          <CardExample example={example} loading={loading} />
        ) : (
          <span className="card-blank" aria-hidden="true" />
        )}
      </div>
      <div className="card-body">
        <Heading className="card-title">
          <a href={about}>{title}</a>
        </Heading>
        <p className="card-task">
          {classes.length === 0 ? null : <strong>{classes.map(classWords).join(', ')}</strong>}{' '}
          {tasks.map(taskWords).join(', ')}
        </p>
        {accuracy === undefined ? (
          <p className="quiet">{say('card.notMeasured')}</p>
        ) : (
          <p>
            {say(accuracy.by === 'thing' ? 'card.accuracyThings' : 'card.accuracyArea', {
              found: formats.percent(accuracy.found),
              right: formats.percent(accuracy.right),
            })}
          </p>
        )}
        <ul className="tags" aria-label={say('card.facts')}>
          <li>{say('card.gsd', { gsd: formats.metres(gsd) })}</li>
          {licence === '' ? null : <li>{licence}</li>}
          {data === 'generated' ? <li className="tag-warn">{say('card.generated')}</li> : null}
        </ul>
        <p className="quiet small">
          {approval === undefined
            ? say('card.notApproved')
            : say(approval.approvedOwn ? 'card.approvedOwn' : 'card.approved', {
                name: approval.actor,
                at: formats.moment(approval.at),
              })}
        </p>
        <p className="card-actions">
          {stage === 'production' ? (
            <a
              className="button small"
              href={hrefOf({ page: 'predict' }, { model: model.id })}
              aria-describedby={`t-${model.id}`}
            >
              {say('card.use')}
            </a>
          ) : (
            <a
              className="button small"
              href={hrefOf({ page: 'approve', model: model.model }, { version: String(model.version) })}
              aria-describedby={`t-${model.id}`}
            >
              {say('approve.open')}
            </a>
          )}
          <a
            className="button plain small"
            href={about}
            aria-label={say('card.moreOf', { title })}
            id={`t-${model.id}`}
          >
            {say('card.more')}
          </a>
        </p>
      </div>
    </li>
  );
}

/** A picture that was drawn here, whose lines mean nothing without their counts. */
function CardExample({
  example: { picture, title },
  loading,
}: {
  example: NonNullable<ModelChoice['example']>;
  loading: object;
}) {
  const { say } = useWords();
  const { href, hits, misses, inventions, chip } = picture;
  const counts = say('example.counts', { hits, misses, inventions });
  return (
    <figure>
      <img
        src={`${href}?width=640`}
        alt={say('example.alt', { title, chip: chip.replace(/^chips\//, ''), counts })}
        {...loading}
      />
      <figcaption aria-hidden="true">{counts}</figcaption>
    </figure>
  );
}
