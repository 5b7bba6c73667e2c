import { Ajv2020 } from 'ajv/dist/2020.js';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
export const repository = fileURLToPath(new URL('../../../../', import.meta.url));
export const chart = join(repository, 'deploy/helm/cairn');
/** The version of Kubernetes that is rendered for. */
export const kubernetes = '1.34.0';

/** Folder with helm and Kubernetes' schemas; empty where there is no helm, which was told then. */
export const tools = await run(join(repository, 'tools/test-chart.sh')).then(({ stdout, stderr }) => {
  process.stderr.write(stderr);
  return stdout.trim();
});

/** An object of Kubernetes, as far as the tests look at one. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  data?: Record<string, string>;
  rules?: unknown[];
  roleRef?: { name: string };
  subjects?: unknown[];
  spec?: Record<string, unknown>;
}

interface Container {
  name: string;
  image: string;
  env?: { name: string; value: string }[];
  envFrom?: { secretRef: { name: string } }[];
  resources: { requests?: Record<string, string>; limits?: Record<string, string> };
  args?: string[];
  securityContext: unknown;
  volumeMounts: { name: string; mountPath: string }[];
}

/** What a pod is made from. */
export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    automountServiceAccountToken?: boolean;
    securityContext: unknown;
    containers: Container[];
    volumes: { name: string }[];
  };
}

/** Runs helm on the chart; rejects with what it says. */
export async function helm(command: 'lint' | 'template', ...values: string[]): Promise<string> {
  const subject = command === 'lint' ? ['--strict', chart] : ['cairn', chart, '--namespace', 'cairn'];
  const { stdout } = await run(join(tools, 'helm'), [command, ...subject, '--kube-version', kubernetes, ...values], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

/** The objects of an installation with these values. */
export async function render(...values: string[]): Promise<Manifest[]> {
  return manifests(await helm('template', ...values));
}

/** The objects of a YAML text. */
export function manifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}

/** The pods' templates of an installation, by the names of their controllers. */
export function podTemplates(objects: readonly Manifest[]): [string, PodTemplate][] {
  return objects.flatMap(({ metadata: { name }, spec }) =>
    spec?.['template'] === undefined ? [] : [[name, spec['template'] as PodTemplate]],
  );
}

/** Tells what is wrong with an object by Kubernetes' own schemas, which refuse what they do not know. */
export async function kubernetesSchemas(): Promise<(object: Manifest) => Promise<string[]>> {
  const folder = join(tools, 'schemas/kubernetes_validate/kubernetes-json-schema', `v${kubernetes}-local-strict`);
  const read = async (name: string): Promise<object> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as object;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(await read('_definitions.json'), '_definitions.json');
  return async (object) => {
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    const name = [object.kind.toLowerCase(), group!.split('.')[0], version].filter((part) => part !== '').join('-');
    const fits = ajv.getSchema(name) ?? ajv.addSchema(await read(`${name}.json`), name).getSchema(name)!;
    return fits(object) === true ? [] : [`${object.kind} ${object.metadata.name}: ${ajv.errorsText(fits.errors)}`];
  };
}
