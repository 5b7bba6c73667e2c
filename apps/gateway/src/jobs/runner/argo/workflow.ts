import { CairnError } from '@cairn/contracts';
import type { Plan, PlanStep } from '../../plan.ts';
import { artifactsOf, type ArtifactStore } from './artifacts.ts';
import { argoSecurity, container, podSecurity, type StepResources, type WorkflowRun, workspace } from './container.ts';
import { retryStrategy } from './retry-strategy.ts';

/** A cluster's place for workflows. */
export interface ArgoSettings {
  namespace: string;
  /** Account by which Argo's own container in each pod reports to Argo. The package's container does not get its token. */
  serviceAccount: string;
  store: ArtifactStore;
  resources: StepResources;
  /** For how many seconds a finished workflow is kept. */
  keep: number;
}

/** A `Workflow` of Argo Workflows, as it is submitted. */
export interface Workflow {
  apiVersion: 'argoproj.io/v1alpha1';
  kind: 'Workflow';
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: Record<string, unknown> & { templates: Record<string, unknown>[] };
}

/** Names the MLflow run to which the steps log. */
export const runLabel = 'cairn.mlflow-run';
/** Tells how often the first step was tried before. */
export const triedLabel = 'cairn.tried';

/** The name of a job's workflow. */
export function workflowName(job: string): string {
  return `cairn-${job}`;
}

/**
 * Renders a plan into an Argo `Workflow`: a template a step, one after the other, each a pod of the package's image. What a
 * step takes and leaves travels through the artifact store. The job's token and the store's keys are named as Secrets and
 * never stand in it. The same arguments give the same manifest, and its name is the job's: it is known before it is
 * submitted, and submitting it twice makes one workflow.
 *
 * Argo knows no silence: that limit is kept by whoever follows the log.
 * @throws CairnError `input-invalid` for a value that Argo would take for an expression of its own.
 */
export function renderWorkflow(plan: Plan, image: string, run: WorkflowRun, settings: ArgoSettings): Workflow {
  refuseExpressions(plan, run);
  const artifacts = artifactsOf(plan, run.job, settings.store);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name: workflowName(run.job),
      namespace: settings.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'cairn',
        'cairn.job': run.job,
        [runLabel]: run.tracking.runId,
        [triedLabel]: String(run.tried),
      },
    },
    spec: {
      entrypoint,
      serviceAccountName: settings.serviceAccount,
      automountServiceAccountToken: false,
      executor: { serviceAccountName: settings.serviceAccount },
      activeDeadlineSeconds: plan.steps.reduce((sum, { limits, retry }) => sum + limits.total * (retry.limit + 1), 0),
      // Each artifact names its own store; whether logs are archived is told by the namespace's, over what is said here. A step
      // may write its token, which the job's log masks and an archive would not.
      artifactRepositoryRef: { configMap: 'artifact-repositories', key: 'cairn' },
      ttlStrategy: { secondsAfterCompletion: settings.keep },
      securityContext: podSecurity,
      podSpecPatch: argoSecurity,
      volumes: workspace(settings.resources),
      templates: [
        {
          name: entrypoint,
          steps: plan.steps.map((step) => [
            { name: step.name, template: step.name, arguments: { artifacts: artifacts.given(step) } },
          ]),
        },
        ...plan.steps.map((step) => ({
          name: step.name,
          inputs: { artifacts: artifacts.inputs(step) },
          outputs: { artifacts: artifacts.outputs(step) },
          activeDeadlineSeconds: String(step.limits.total),
          ...retryStrategy(step.retry),
          container: container(step, image, run, settings.resources),
        })),
      ],
    },
  };
}

const entrypoint = 'plan';

/** Argo replaces `{{…}}` wherever it stands in a template, and knows no way to write it as it is. */
function refuseExpressions(plan: Plan, run: WorkflowRun): void {
  const values = plan.steps.flatMap((step: PlanStep) => Object.entries(step.parameters));
  for (const [name, value] of [...values, ...Object.entries(run.environment)]) {
    if (typeof value !== 'string' || !value.includes('{{')) continue;
    throw new CairnError('input-invalid', `The value of ${name} holds {{, which the workflow engine would replace.`, {
      where: name,
      action: 'Write it without two opening braces side by side.',
    });
  }
}
