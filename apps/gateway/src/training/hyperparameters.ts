import { CairnError } from '@cairn/contracts';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { PackageFiles } from '../registry/package/files.ts';
import { itemFile, type PackageItem, packagePath } from '../registry/package/item.ts';

/** Values of a training's settings, by name. */
export type Hyperparameters = Record<string, number | string | boolean>;

/**
 * The settings of a training: the package's own, with those that were asked for in their place, held to the JSON Schema
 * that the package brings (asset `hyperparameters`).
 * @throws CairnError `input-invalid` with a pointer into the request, `package-invalid` where the schema is none.
 */
export async function settle(asked: Hyperparameters, item: PackageItem, files: PackageFiles): Promise<Hyperparameters> {
  const values = { ...item.properties['mlm:hyperparameters'], ...asked };
  const check = compile(await readSchema(item, files));
  if (check(values)) return values as Hyperparameters;
  const [error] = check.errors ?? [];
  const stranger = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty;
  const where = stranger === undefined ? (error?.instancePath ?? '') : `/${stranger}`;
  const words = stranger === undefined ? (error?.message ?? 'does not fit') : 'is not a setting of this model';
  throw new CairnError('input-invalid', `The setting ${where.slice(1)} ${words}.`, {
    where: `/inputs/hyperparameters${where}`,
    action: `The model ${item.id} takes: ${Object.keys(item.properties['mlm:hyperparameters']).join(', ')}.`,
  });
}

/**
 * The settings of a trial: the package's own, with those in their place that the schema names under `x-trial`.
 * @throws CairnError `package-invalid` where those do not fit the schema.
 */
export async function trialSettings(item: PackageItem, files: PackageFiles): Promise<Hyperparameters> {
  const { 'x-trial': asked = {} } = await readSchema(item, files);
  try {
    if (typeof asked === 'object' && asked !== null) return await settle(asked as Hyperparameters, item, files);
  } catch (error) {
    if (!(error instanceof CairnError && error.code === 'input-invalid')) throw error;
    throw unusable(`names settings for a trial (x-trial) that do not fit: ${error.message}`, error);
  }
  throw unusable('has an x-trial that is no object of settings', undefined);
}

async function readSchema(item: PackageItem, files: PackageFiles): Promise<Record<string, unknown>> {
  const asset = item.assets['hyperparameters'];
  const path = asset === undefined ? null : packagePath(asset);
  const schema = path === null ? undefined : await files.json(path);
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema as Record<string, unknown>;
  throw unusable('is not there', undefined);
}

function compile(schema: Record<string, unknown>) {
  const Dialect = String(schema['$schema']).includes('2020-12') ? Ajv2020 : Ajv;
  try {
    return new Dialect({ strict: false, validateFormats: false }).compile(schema);
  } catch (cause) {
    throw unusable(`cannot be used: ${(cause as Error).message}`, cause);
  }
}

function unusable(problem: string, cause: unknown): CairnError {
  return new CairnError('package-invalid', `The JSON Schema of the hyperparameters ${problem}.`, {
    where: `${itemFile}#/assets/hyperparameters`,
    action: 'Correct the package and register it again.',
    cause,
  });
}
