import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { chart, kubernetes, type Manifest, manifests, repository, tools } from './rendering.ts';

const run = promisify(execFile);
const umbrella = join(repository, 'deploy/helm/cairn-with-engines');
const read = async (file: string): Promise<unknown> => parse(await readFile(file, 'utf8'));

interface Dependency {
  name: string;
  version: string;
  repository: string;
  condition?: string;
}

describe.skipIf(tools === '')('the chart with engines', () => {
  let folder: string;
  let dependencies: Dependency[];
  beforeAll(async () => {
    // The engines' charts are fetched by whoever installs; here one object stands for each of them.
    folder = await mkdtemp(join(tmpdir(), 'cairn-engines-'));
    await cp(umbrella, folder, { recursive: true });
    ({ dependencies } = (await read(join(umbrella, 'Chart.yaml'))) as { dependencies: Dependency[] });
    await cp(chart, join(folder, 'charts/cairn'), { recursive: true });
    for (const { name, version } of dependencies.slice(1)) {
      const templates = join(folder, 'charts', name, 'templates');
      await mkdir(templates, { recursive: true });
      await writeFile(join(templates, '../Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
      const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { values: {{ toJson .Values | quote }} }\n`;
      await writeFile(join(templates, 'stand-in.yaml'), object);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  const render = async (...values: string[]): Promise<Manifest[]> => {
    const needed =
      'cairn.builder.registry=registry.example.org/packages,cairn.images.serving.digest=sha256:' + '0'.repeat(64);
    const all = ['template', 'cairn', folder, '--namespace', 'cairn', '--kube-version', kubernetes, '--set', needed];
    const { stdout } = await run(join(tools, 'helm'), [...all, ...values.flatMap((value) => ['--set', value])], {
      maxBuffer: 16 * 1024 * 1024,
    });
    return manifests(stdout);
  };
  const engines = (objects: readonly Manifest[]): string[] =>
    objects.map(({ metadata }) => metadata.name).filter((name) => dependencies.some((one) => one.name === name));

  test('names the chart of Cairn that lies beside it, and engines by exact versions without the place they come from', async () => {
    const cairn = (await read(join(chart, 'Chart.yaml'))) as { version: string; appVersion: string };
    const own = (await read(join(umbrella, 'Chart.yaml'))) as { version: string; appVersion: string };
    expect(own).toMatchObject({ version: cairn.version, appVersion: cairn.appVersion });
    expect(dependencies[0]).toEqual({ name: 'cairn', version: cairn.version, repository: 'file://../cairn' });
    const script = await readFile(join(repository, 'deploy/k3s/install.sh'), 'utf8');
    for (const { name, version, repository: from } of dependencies.slice(1)) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(from).toMatch(/^@\w+$/);
      // The script for one server installs the same.
      expect(script).toMatch(new RegExp(`${name} \\w+_version=${version.replaceAll('.', '\\.')}\\b`));
    }
  });

  test('installs an engine where Cairn uses it, and leaves it out where not', async () => {
    expect(engines(await render()).sort()).toEqual(['argo-workflows', 'seldon-core-operator']);
    expect(engines(await render('cairn.argo.enabled=false'))).toEqual(['seldon-core-operator']);
    expect(engines(await render('cairn.seldon.enabled=false'))).toEqual(['argo-workflows']);
  });

  test('lets Argo run workflows where Cairn submits them, and nowhere else', async () => {
    const objects = await render();
    const told = objects.find(({ metadata }) => metadata.name === 'argo-workflows')!.data!['values']!;
    const { controller, server } = JSON.parse(told) as {
      controller: { workflowNamespaces: string[] };
      server: { enabled: boolean };
    };
    const gateway = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'cairn-gateway');
    const place = /"CAIRN_ARGO_NAMESPACE","value":"([^"]+)"/.exec(JSON.stringify(gateway))![1];
    expect(controller.workflowNamespaces).toEqual([place]);
    expect(server.enabled).toBe(false);
  });
});
