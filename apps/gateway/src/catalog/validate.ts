import { CairnError } from '@cairn/contracts';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { itemSchema, SchemaStore } from './schema-store.ts';

/** Keywords that only say that something below them failed. */
const composite = new Set(['if', 'oneOf', 'anyOf', 'allOf', 'not']);

let copied: SchemaStore | undefined;

/**
 * Checks a STAC Item: STAC 1.1, and every extension that it names and that is known, with the network off. An extension of
 * somebody's own is checked by the schema given for it and taken as it is without one; another version of an extension
 * that is known is refused, since it could not be checked. The links to collection, parent and root are the catalogue's to
 * add, and not asked for.
 * @param own JSON Schemas of extensions that the item's package brings, by their address.
 * @throws CairnError `item-invalid`; `where` is a JSON pointer into the item, the text names the rule.
 */
export function validateItem(item: unknown, own: Record<string, unknown> = {}): void {
  const known = (copied ??= new SchemaStore());
  const linked = withCollectionLink(item);
  check(known.validator(itemSchema), linked, 'STAC 1.1.0');
  const { stac_extensions: extensions = [] } = linked as { stac_extensions?: string[] };
  for (const [i, uri] of extensions.map((extension) => extension.replace(/#$/, '')).entries()) {
    if (known.has(uri)) check(known.validator(uri), linked, nameOf(uri));
    else if (Object.hasOwn(own, uri)) check(compile(own, uri, i), linked, uri);
    else refuseOtherVersion(known, uri, i);
  }
}

function check(validate: ValidateFunction, item: unknown, schema: string): void {
  if (validate(item)) return;
  const error = mostTelling(validate.errors ?? []);
  const where = error?.instancePath === '' ? '/' : (error?.instancePath ?? '/');
  throw invalid(
    where,
    `${error?.message ?? 'does not fit'}${detailsOf(error)} (${schema}, rule ${error?.schemaPath ?? ''})`,
  );
}

/** Of all that failed, the deepest place that is no mere consequence; of those the rule that depends least on others. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const plain = errors.filter(({ keyword }) => !composite.has(keyword));
  const depth = ({ instancePath }: ErrorObject) => instancePath.split('/').length;
  const conditions = ({ schemaPath }: ErrorObject) => schemaPath.match(/\/(then|else|anyOf|oneOf)\b/g)?.length ?? 0;
  const telling = (a: ErrorObject, b: ErrorObject) => depth(b) - depth(a) || conditions(a) - conditions(b);
  return (plain.length > 0 ? plain : errors).toSorted(telling)[0];
}

function detailsOf(error: ErrorObject | undefined): string {
  const { allowedValue, allowedValues } = (error?.params ?? {}) as {
    allowedValue?: unknown;
    allowedValues?: unknown[];
  };
  const values = allowedValues ?? (allowedValue === undefined ? [] : [allowedValue]);
  return values.length === 0 ? '' : `: ${values.slice(0, 12).map(String).join(', ')}`;
}

function withCollectionLink(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) throw invalid('/', 'is no JSON object');
  const { collection, links } = item as { collection?: unknown; links?: unknown };
  if (collection === undefined || !Array.isArray(links)) return item;
  return { ...item, links: [...(links as unknown[]), { rel: 'collection', href: './collection.json' }] };
}

function compile(own: Record<string, unknown>, uri: string, index: number): ValidateFunction {
  try {
    return new SchemaStore(own).validator(uri);
  } catch (cause) {
    throw new CairnError('item-invalid', `The schema ${uri} cannot be used: ${(cause as Error).message}.`, {
      where: `/stac_extensions/${index}`,
      action: 'Correct the extension’s schema: JSON Schema draft 7 that refers to nothing outside itself.',
      cause,
    });
  }
}

function refuseOtherVersion(store: SchemaStore, uri: string, index: number): void {
  const [, extension] = /^https:\/\/stac-extensions\.github\.io\/([^/]+)\/v[^/]+\/schema\.json$/.exec(uri) ?? [];
  const versions = extension === undefined ? [] : store.versions(extension);
  if (versions.length === 0) return;
  throw invalid(`/stac_extensions/${index}`, `names a version of ${extension} other than ${versions.join(' or ')}`);
}

function nameOf(uri: string): string {
  const [, name, version] = /^https:\/\/stac-extensions\.github\.io\/([^/]+)\/([^/]+)\/schema\.json$/.exec(uri) ?? [];
  return name === undefined ? uri : `${name} ${version}`;
}

function invalid(where: string, rule: string): CairnError {
  return new CairnError('item-invalid', `The STAC item is not valid at ${where}: ${rule}.`, {
    where,
    action: 'Correct the item at that place.',
  });
}
