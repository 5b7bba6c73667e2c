import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import * as formats from 'ajv-formats';

const folder = fileURLToPath(new URL('./schemas/', import.meta.url));
const projJson = 'https://proj.org/schemas/v0.7/projjson.schema.json';
const absolute = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;
const reference = /^[^\s<>"{}|\\^`]*$/;

/** Address of the schema of a STAC Item. */
export const itemSchema = 'https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/item.json';

/**
 * The schemas that are copied into this folder, by the addresses under which they are referred to; compiled when first
 * used. A store may be given schemas of its own beside them.
 */
export class SchemaStore {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  readonly #known = new Set<string>();

  constructor(own: Record<string, unknown> = {}) {
    formats.default.default(this.#ajv);
    this.#ajv.addFormat('iri', absolute).addFormat('iri-reference', reference);
    for (const name of names('stac')) this.#add(`${itemSchema.replace('item.json', '')}${name}`, read('stac', name));
    for (const name of names('geojson')) this.#add(`https://geojson.org/schema/${name}`, read('geojson', name));
    for (const name of names('extensions')) this.#add(extensionUri(name), read('extensions', name));
    this.#add(projJson, { type: 'object' });
    for (const [uri, schema] of Object.entries(own)) {
      if (!this.#known.has(uri)) this.#add(uri, schema as object);
    }
  }

  /** Whether a schema of this address is there. */
  has(uri: string): boolean {
    return this.#known.has(uri);
  }

  /** Versions of the STAC extension of this name, as `v1.5.2`; none where it is not known here. */
  versions(extension: string): string[] {
    const prefix = extensionUri(`${extension}-v`).replace(/v\/schema\.json$/, 'v');
    return [...this.#known].filter((uri) => uri.startsWith(prefix)).map((uri) => uri.split('/').at(-2) ?? '');
  }

  /** The check of a schema. Throws Error where the schema itself is not one, or refers to one that is not here. */
  validator(uri: string): ValidateFunction {
    const found = this.#ajv.getSchema(uri);
    if (found === undefined) throw new Error(`There is no schema ${uri}.`);
    return found;
  }

  #add(uri: string, schema: object): void {
    this.#ajv.addSchema(schema, uri);
    this.#known.add(uri);
  }
}

/** The address of a published extension, from its file's name: `mlm-v1.5.2.json`. */
function extensionUri(file: string): string {
  const [, name, version] = /^(.*)-(v[^/]*?)(?:\.json)?$/.exec(file) ?? [];
  return `https://stac-extensions.github.io/${name}/${version}/schema.json`;
}

function names(part: string): string[] {
  return readdirSync(`${folder}${part}`).sort();
}

function read(part: string, name: string): object {
  return JSON.parse(readFileSync(`${folder}${part}/${name}`, 'utf8')) as object;
}
