import { useQuery } from '@tanstack/react-query';
import type { RunInfo } from '@cairn/contracts';
import type { DatasetChoice } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';

interface Props {
  model: string;
  dataset: DatasetChoice;
  /** Metres a pixel that the images are brought to; 0 keeps their own. */
  gsd: number;
}

/** What is known before a training is started: how long the last one took, and what to look at first. */
export function TrainingNotes({ model, dataset, gsd }: Props) {
  const { say, formats } = useWords();
  const runs = useQuery({ queryKey: ['runs', model], queryFn: () => gateway.runs(model), retry: false });
  const last = runs.data?.find(isTraining);
  const found = dataset.warnings.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="estimate" aria-label={say('train.before')}>
      <p className="estimate-time">
        {last === undefined
          ? say(runs.isPending ? 'train.looking' : 'train.unknownTime')
          : say('train.lastTook', { time: formats.duration(secondsOf(last)) })}
      </p>
      {last?.parameters['steps'] === undefined ? null : (
        <p className="quiet small">{say('train.lastSteps', { steps: last.parameters['steps'] })}</p>
      )}
      <ul className="warnings">
        {dataset.data === 'generated' ? (
          <li>
            <strong>{say('train.generated')}</strong>
          </li>
        ) : null}
        {gsd > 0 && dataset.gsd > 1.25 * gsd ? (
          <li>
            <strong>{say('train.coarser', { gsd: formats.metres(dataset.gsd), wanted: formats.metres(gsd) })}</strong>
          </li>
        ) : null}
        {found === 0 ? null : (
          <li>
            <strong>{say('train.problems', { count: found })}</strong>{' '}
            <a href={hrefOf({ page: 'dataset', dataset: dataset.id })}>{say('train.lookAtData')}</a>
          </li>
        )}
      </ul>
    </section>
  );
}

function isTraining({ status, finished, job, version }: RunInfo): boolean {
  return status === 'FINISHED' && finished !== null && job !== null && version !== null;
}

function secondsOf({ started, finished }: RunInfo): number {
  return (Date.parse(finished ?? started) - Date.parse(started)) / 1000;
}
