import { CairnError, type Digest } from '@cairn/contracts';
import type { Plan, PlanStep } from '../../plan.ts';
import { artifactsOf, type ArtifactStore } from './artifacts.ts';
import { container, podSecurity, type StepResources, type WorkflowRun, workspace } from './container.ts';
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

/** The image of a package, by digest: what a tag names can change under a run. */
export interface PackageImage {
  repository: string;
  digest: Digest;
}

/** A `Workflow` of Argo Workflows, as it is submitted. */
export interface Workflow {
  apiVersion: 'argoproj.io/v1alpha1';
  kind: 'Workflow';
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  spec: Record<string, unknown> & { templates: Record<string, unknown>[] };
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
export function renderWorkflow(plan: Plan, image: PackageImage, run: WorkflowRun, settings: ArgoSettings): Workflow {
  refuseExpressions(plan, run);
  const artifacts = artifactsOf(plan, run.job, settings.store);
  const reference = `${image.repository}@${image.digest}`;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name: `cairn-${run.job}`,
      namespace: settings.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'cairn', 'cairn.job': run.job },
    },
    spec: {
      entrypoint,
      serviceAccountName: settings.serviceAccount,
      automountServiceAccountToken: false,
      executor: { serviceAccountName: settings.serviceAccount },
      activeDeadlineSeconds: plan.steps.reduce((sum, { limits, retry }) => sum + limits.total * (retry.limit + 1), 0),
      ttlStrategy: { secondsAfterCompletion: settings.keep },
      podGC: { strategy: 'OnWorkflowSuccess' },
      securityContext: podSecurity,
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
          container: container(step, reference, run, settings.resources),
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
