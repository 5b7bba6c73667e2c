import { readFile } from 'node:fs/promises';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

/*
 * What a `SeldonDeployment` (machinelearning.seldon.io/v1, Seldon Core 1.17) may hold, as far as Cairn writes it: its fields by
 * Seldon's documentation of the resource, and those of a pod by the definitions of Kubernetes that Argo's schema carries. A
 * field that is not named is refused; the API server would drop it without a word.
 *
 * CAIRN_SELDON_CRD=FILE holds the renderings to the operator's own definition of the resource too: the file of
 * `operator/config/crd_v1/bases` in the sources of Seldon Core, version 1.17.1.
 */
const argo = new URL('../jobs/runner/argo/schema/argo-workflows-3.7.0.json', import.meta.url);

const text = { type: 'string' };
const texts = { type: 'object', additionalProperties: text };
const core = (kind: string) => ({ $ref: `#/definitions/io.k8s.api.core.v1.${kind}` });
const list = (items: object) => ({ type: 'array', items });
const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const unit = object({
  name: { ...text, pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$' },
  type: { enum: ['ROUTER', 'COMBINER', 'MODEL', 'TRANSFORMER', 'OUTPUT_TRANSFORMER'] },
  parameters: list(object({ name: text, type: { enum: ['INT', 'FLOAT', 'DOUBLE', 'STRING', 'BOOL'] }, value: text })),
  children: list({ $ref: '#/definitions/unit' }),
});

const pod = object({
  automountServiceAccountToken: { type: 'boolean' },
  securityContext: core('PodSecurityContext'),
  containers: { ...list(core('Container')), minItems: 1 },
  volumes: list(core('Volume')),
});

const deployment = object({
  apiVersion: { const: 'machinelearning.seldon.io/v1' },
  kind: { const: 'SeldonDeployment' },
  metadata: object({ name: text, namespace: text, labels: texts, annotations: texts }),
  spec: object({
    annotations: texts,
    protocol: { enum: ['seldon', 'tensorflow', 'v2'] },
    transport: { enum: ['rest', 'grpc'] },
    predictors: {
      ...list(
        object({
          name: text,
          annotations: texts,
          replicas: { type: 'integer', minimum: 0 },
          graph: { $ref: '#/definitions/unit' },
          componentSpecs: list(object({ spec: pod })),
        }),
      ),
      minItems: 1,
    },
  }),
});

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const { definitions } = closed(JSON.parse(await readFile(argo, 'utf8'))) as { definitions: object };
const schemas: ValidateFunction[] = [ajv.compile({ ...deployment, definitions: { ...definitions, unit } })];
const crd = process.env['CAIRN_SELDON_CRD'];
if (crd !== undefined) schemas.push(ajv.compile(ownSchema(parse(await readFile(crd, 'utf8')) as Crd)));

/** What is wrong with a manifest, a line a fault. */
export function deploymentProblems(manifest: unknown): string[] {
  return schemas.flatMap((fits) =>
    fits(manifest) ? [] : ajv.errorsText(fits.errors, { separator: '\n' }).split('\n'),
  );
}

interface Crd {
  spec: { versions: { name: string; schema: { openAPIV3Schema: { properties: { spec: unknown } } } }[] };
}

function ownSchema({ spec }: Crd): object {
  const root = spec.versions.find(({ name }) => name === 'v1')!.schema.openAPIV3Schema;
  closed(root.properties.spec);
  // The schema of a resource cannot name itself, so it says nothing of the nodes below the first.
  return JSON.parse(
    JSON.stringify(root).replaceAll(
      '"children":{"items":{}',
      '"children":{"items":{"$ref":"#/properties/spec/properties/predictors/items/properties/graph"}',
    ),
  ) as object;
}

/** The same schema, which refuses what it does not name. */
function closed(part: unknown): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const { properties } = part as { properties?: unknown };
  if (typeof properties === 'object' && !('x-kubernetes-preserve-unknown-fields' in part)) {
    (part as { additionalProperties?: unknown }).additionalProperties ??= false;
  }
  for (const value of Object.values(part)) closed(value);
  return part;
}
