import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import type { TrainingEstimate } from '@cairn/contracts';
import type { DatasetChoice } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import type { SettingValue } from './settings.ts';

interface Props {
  model: string;
  /** Undefined: data that are not looked at yet. */
  dataset: DatasetChoice | undefined;
  /** Undefined while one of them does not fit. */
  settings: Record<string, SettingValue> | undefined;
}

/** What is known before a training is started: how long it may take, and what to look at first. */
export function TrainingNotes({ model, dataset, settings }: Props) {
  const { say, formats } = useWords();
  const hyperparameters = useDeferredValue(settings);
  const estimate = useQuery({
    queryKey: ['training-estimate', model, dataset?.id, dataset?.digest, JSON.stringify(hyperparameters)],
    queryFn: () =>
      gateway.estimateTraining({
        model,
        ...(dataset === undefined ? {} : { dataset: dataset.id }),
        hyperparameters: hyperparameters!,
      }),
    enabled: hyperparameters !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  // Metres a pixel that the images are brought to; 0 keeps their own.
  const gsd = Number(settings?.['gsd'] ?? 0);
  const found = (dataset?.warnings ?? []).reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="estimate" aria-label={say('train.before')}>
      {estimate.data === undefined ? (
        estimate.isFetching ? (
          <p className="estimate-time">{say('train.looking')}</p>
        ) : null
      ) : (
        <Time estimate={estimate.data} isFetched={dataset === undefined} />
      )}
      <ul className="warnings">
        {dataset?.data === 'generated' ? (
          <li>
            <strong>{say('train.generated')}</strong>
          </li>
        ) : null}
        {dataset !== undefined && gsd > 0 && dataset.gsd > 1.25 * gsd ? (
          <li>
            <strong>{say('train.coarser', { gsd: formats.metres(dataset.gsd), wanted: formats.metres(gsd) })}</strong>
          </li>
        ) : null}
        {dataset === undefined || found === 0 ? null : (
          <li>
            <strong>{say('train.problems', { count: found })}</strong>{' '}
            <a href={hrefOf({ page: 'dataset', dataset: dataset.id })}>{say('train.lookAtData')}</a>
          </li>
        )}
      </ul>
    </section>
  );
}

/** How long it may take, and by what that is known. */
function Time({
  estimate: { expected, learnt, money },
  isFetched,
}: {
  estimate: TrainingEstimate;
  isFetched: boolean;
}) {
  const { say, formats } = useWords();
  if (expected === null) return <p className="estimate-time">{say('train.unknownTime')}</p>;
  const { seconds, range } = expected;
  const { runs, count, differing } = learnt;
  const names = differing.map((name) =>
    name === 'dataset' ? say('train.dataset') : name === 'package' ? say('train.package') : name,
  );
  return (
    <>
      <p className="estimate-time">{say('estimate.time', { time: formats.duration(seconds) })}</p>
      <p className="quiet small">
        {say('estimate.range', { from: formats.duration(range.from), to: formats.duration(range.to) })}
        {money === undefined ? '' : ` · ${formats.money(money.amount, money.currency)}`}
      </p>
      <p className="quiet small">
        {say('train.learnt', { count: runs })}{' '}
        {count === null
          ? null
          : say('train.learntSteps', {
              name: count.name,
              learnt: formats.exact(count.learnt),
              asked: formats.exact(count.asked),
            })}{' '}
        {names.length === 0 ? null : say('train.differing', { names: formats.list(names) })}{' '}
        {isFetched ? say('train.fetched') : null}
      </p>
    </>
  );
}
