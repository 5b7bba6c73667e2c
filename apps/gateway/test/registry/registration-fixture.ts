import type { ProcessInput } from '@cairn/contracts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { RegisterModel, type RegisterModelParts } from '../../src/registry/package/register-model.ts';
import { jobContext } from '../jobs/context.ts';
import { openMlflow } from './mlflow-fixture.ts';
import { type Files, item, tinyPackage, upload } from './package-fixture.ts';
import { openRegistry, owner } from './registry-fixture.ts';

/** A package without versions under a name of its own, whose weights are elsewhere; `change` as for `tinyPackage`. */
export function barePackage(name: string, change: Record<string, string | undefined> = {}): Files {
  const all = tinyPackage({ MLproject: tinyPackage().MLproject!.replace('name: tiny', `name: ${name}`), ...change });
  const files = Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('versions/')));
  const described = JSON.parse(item(files, { id: name })) as { assets: Record<string, Record<string, unknown>> };
  const { type, roles, 'mlm:artifact_type': kind } = described.assets['model']!;
  described.assets['model'] = { type, roles, 'mlm:artifact_type': kind, href: 'https://example.org/model.onnx' };
  return { ...files, 'stac-item.json': JSON.stringify(described) };
}

/** The context of a job that nobody follows. */
export const context = (more: Partial<JobContext> = {}): JobContext =>
  jobContext({ jobId: 'job', actor: owner, ...more });

/** Everything that a registration needs, real; closed with one call. */
export async function openRegistration() {
  const mlflow = await openMlflow();
  const registry = await openRegistry(mlflow.server);
  const catalog = new Catalog({ database: registry.database });
  await catalog.prepare();
  const process = (more: Partial<RegisterModelParts> = {}): RegisterModel =>
    new RegisterModel({ ...registry, catalog, mlflow: mlflow.client, ...more });
  return {
    ...registry,
    mlflow,
    catalog,
    process,
    register: async (files: Files, more: Partial<ProcessInput<'register-model'>> = {}) =>
      process().run({ files: await upload(registry.objects, files), ...more }, context()),
    close: async () => {
      await registry.close();
      await mlflow.close();
    },
  };
}
