import { useQuery } from '@tanstack/react-query';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';

/** The predictions that wait or run: whoever closed the page in the middle of one finds it again here. */
export function RunningJobs() {
  const { say, formats } = useWords();
  const jobs = useQuery({
    queryKey: ['running'],
    queryFn: () => gateway.jobs({ processID: 'predict', status: 'accepted,running' }),
    staleTime: 0,
    refetchInterval: 3000,
  });
  const running = jobs.data?.jobs ?? [];
  if (running.length === 0) return null;
  return (
    <section>
      <h2>{say('predictions.running')}</h2>
      <ul className="rows">
        {running.map(({ jobID, progress, created }) => (
          <li key={jobID}>
            <a href={hrefOf({ page: 'job', job: jobID })}>
              <strong>{say('predictions.runningSince', { at: formats.moment(created) })}</strong>
              <span className="quiet">{formats.percent(progress / 100)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
