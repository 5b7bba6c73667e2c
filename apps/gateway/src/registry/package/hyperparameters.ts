import { CairnError } from '@cairn/contracts';
import { Type } from 'typebox';
import Value from 'typebox/value';
import type { PackageFiles } from './files.ts';
import { itemFile, type PackageItem, packagePath } from './item.ts';
import type { MlProject } from './mlproject.ts';

const asset = 'hyperparameters';
const Schema = Type.Object({
  type: Type.Literal('object'),
  properties: Type.Record(Type.String(), Type.Object({ default: Type.Optional(Type.Unknown()) })),
});

/**
 * Checks that the hyperparameters mean the same wherever the package writes them: the values in its item, the defaults in
 * their JSON Schema (asset `hyperparameters`), and the defaults of the entry points' parameters of the same name.
 * @returns their names, sorted.
 * @throws CairnError `package-invalid` with both places.
 */
export async function checkHyperparameters(
  item: PackageItem,
  project: MlProject,
  files: PackageFiles,
): Promise<string[]> {
  const path = item.assets[asset] === undefined ? null : packagePath(item.assets[asset]);
  if (path === null) throw refused(`${itemFile}#/assets`, `has no asset "${asset}" with their JSON Schema`);
  const schema = await files.json(path);
  if (!Value.Check(Schema, schema)) throw refused(path, 'is no JSON Schema of an object with properties');
  const values = item.properties['mlm:hyperparameters'];
  const names = [...new Set([...Object.keys(values), ...Object.keys(schema.properties)])].sort();
  for (const name of names) {
    const value = values[name];
    const stated = schema.properties[name]?.default;
    if (value === undefined || stated === undefined || value !== stated) {
      throw refused(path, `gives ${name} the default ${show(stated)}, ${itemFile} the value ${show(value)}`);
    }
    for (const [entry, parameters] of Object.entries(project.entryPoints)) {
      const own = ['preprocess', 'train'].includes(entry) ? parameters[name] : undefined;
      if (own === undefined || same(own, value)) continue;
      throw refused(
        'MLproject',
        `gives ${name} of ${entry} the default ${show(own)}, ${itemFile} the value ${show(value)}`,
      );
    }
  }
  return names;
}

/** MLproject may write a number as text. */
function same(one: string | number | boolean, other: unknown): boolean {
  return one === other || String(one) === String(other) || (typeof other === 'number' && Number(one) === other);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function refused(where: string, problem: string): CairnError {
  return new CairnError('package-invalid', `The hyperparameters do not agree: ${where} ${problem}.`, {
    where,
    action: `Write the same names and values in ${itemFile} (mlm:hyperparameters), their JSON Schema and MLproject.`,
  });
}
