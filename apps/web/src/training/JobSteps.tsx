import type { JobStep } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** The steps of a job so far, each with how it went and how long it took. */
export function JobSteps({ steps, now }: { steps: readonly JobStep[]; now: number }) {
  const { say, formats } = useWords();
  if (steps.length === 0) return <p className="quiet">{say('job.queued')}</p>;
  return (
    <ol className="job-steps">
      {steps.map(({ name, status, started, finished }) => (
        <li key={`${name} ${started}`} className={status} aria-current={status === 'running' ? 'step' : undefined}>
          <span lang="en" dir="auto">
            {name}
          </span>
          <span className="quiet small">
            {say(`step.${status}`, {
              time: formats.duration(
                Math.max(0, ((finished === undefined ? now : Date.parse(finished)) - Date.parse(started)) / 1000),
              ),
            })}
          </span>
        </li>
      ))}
    </ol>
  );
}
