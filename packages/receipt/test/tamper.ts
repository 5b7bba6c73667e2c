import {
  type Bundle,
  canonicalJson,
  decodeBase64,
  encodeBase64,
  readPrivateKey,
  RECEIPT_MEMBER,
  sha256Hex,
  signBundle,
} from '../src/index.ts';
import { PRIVATE_KEY_PEM, type SignedFile } from './trail.ts';

/** Where a value lies in nested JSON. */
export type Path = readonly (string | number)[];

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** The paths of all values that have no members. */
export function leaves(value: unknown, path: Path = []): Path[] {
  if (!isTree(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** The value at a path. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown>)[name], value);
}

/** A copy of nested JSON in which one place holds another value. */
export function withValue<T>(value: T, path: Path, replacement: unknown): T {
  const copy = structuredClone(value);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  parent[path.at(-1) ?? ''] = replacement;
  return copy;
}

/** Another value of the same type, as a hand or a program might change it. */
export function changed(value: unknown, by: number): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value + by : Number((value + by / 1e6).toFixed(7));
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return by;
  if (value === '') return 'x';
  const at = by % value.length;
  return value.slice(0, at) + (value[at] === '1' ? '2' : '1') + value.slice(at + 1);
}

/** Where a file holds its bundles: the prediction's first. */
export function bundlePaths(file: SignedFile): Path[] {
  const upstream = file[RECEIPT_MEMBER].upstream.map((_, index) => [RECEIPT_MEMBER, 'upstream', index]);
  return [[RECEIPT_MEMBER, 'bundle'], ...upstream];
}

/** The statement inside a bundle, as plain JSON. */
export function statementIn(file: SignedFile, bundle: Path): unknown {
  const { dsseEnvelope } = valueAt(file, bundle) as Bundle;
  return JSON.parse(new TextDecoder().decode(decodeBase64(dsseEnvelope.payload)));
}

/** A file in which a bundle holds another statement under the old signature. */
export function withStatement(file: SignedFile, bundle: Path, statement: unknown): SignedFile {
  const payload = encodeBase64(new TextEncoder().encode(canonicalJson(statement)));
  return withValue(file, [...bundle, 'dsseEnvelope', 'payload'], payload);
}

function resealed(statement: unknown, fact: Path, seal: string): unknown {
  return withValue(statement, ['predicate', 'seals', seal], sha256Hex(canonicalJson(valueAt(statement, fact))));
}

/** A file in which a fact was changed and its seal renewed, under the old signature. */
export function withResealedFact(file: SignedFile, bundle: Path, name: string, value: unknown): SignedFile {
  const fact = ['predicate', 'facts', name];
  const changedFact = withValue(statementIn(file, bundle), [...fact, 'value'], value);
  return withStatement(file, bundle, resealed(changedFact, fact, name));
}

/** A file in which the installation itself signed another value, sealed as it should be. */
export function withSignedLie(file: SignedFile, bundle: Path, path: Path, value: unknown): SignedFile {
  const statement = withValue(statementIn(file, bundle), path, value);
  const isFact = path[1] === 'facts';
  const part = isFact ? path.slice(0, 3) : path.slice(0, 1);
  const lie = resealed(statement, part, isFact ? String(path[2]) : `statement.${String(path[0])}`);
  const payload = new TextEncoder().encode(canonicalJson(lie));
  return withValue(file, bundle, signBundle(payload, readPrivateKey(PRIVATE_KEY_PEM)));
}
