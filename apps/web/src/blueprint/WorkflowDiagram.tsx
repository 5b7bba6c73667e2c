import { useId } from 'react';
import type { StatusInfo } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { shownJob, stateOf, type Workflow } from './workflows.ts';

/** A workflow as a row of steps; those of the job that runs are lit, and how far it is stands above them. */
export function WorkflowDiagram({ workflow, jobs }: { workflow: Workflow; jobs: readonly StatusInfo[] }) {
  const { say, formats } = useWords();
  const title = useId();
  const { process, steps } = workflow;
  const job = shownJob(jobs, process);
  const now = job === undefined ? undefined : steps.find((step) => stateOf(step, job) === 'running');
  const others = jobs.filter(({ processID, status }) => processID === process && status === 'running').length - 1;
  return (
    <section className="workflow" aria-labelledby={title} data-status={job?.status}>
      <div className="workflow-head">
        <h3 id={title}>{say(`workflow.${process}`)}</h3>
        <p className="quiet small" role="status">
          {job === undefined
            ? say('workflow.idle')
            : job.status === 'running' && now !== undefined
              ? say('workflow.running', { step: say(`workflow.step.${now.key}`) })
              : say(`jobStatus.${job.status}`)}
          {others > 0 ? ` ${say('workflow.more', { count: others })}` : ''}
        </p>
        {job?.status === 'running' ? (
          <span className="workflow-progress number" aria-hidden="true">
            {formats.percent(job.progress / 100)}
          </span>
        ) : null}
      </div>
      <ol className="workflow-steps">
        {steps.map((step) => {
          const state = stateOf(step, job);
          return (
            <li key={step.key} data-state={state} data-person={step.names.length === 0}>
              <strong>{say(`workflow.step.${step.key}`)}</strong>
              <span className="quiet small">{say(`workflow.about.${step.key}`)}</span>
              {step.parts.length === 0 ? null : (
                <span className="workflow-parts small">
                  {formats.list(step.parts.filter((id) => id !== 'gateway').map((id) => say(`part.${id}`)))}
                </span>
              )}
              {state === undefined ? null : <span className="workflow-state small">{say(`jobStatus.${state}`)}</span>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
