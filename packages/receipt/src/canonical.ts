import canonicalize from 'canonicalize';
import { ReceiptError } from './error.ts';
import { isObject, MAX_DEPTH } from './json.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;

function problemWithText(text: string): string | null {
  return LONE_SURROGATE.test(text) ? 'holds half of a surrogate pair, which UTF-8 cannot write' : null;
}

function problemWithScalar(value: unknown): string | null {
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : `is ${value}, which JSON cannot write`;
  if (typeof value === 'string') return problemWithText(value);
  return `is ${typeof value}, which JSON cannot write`;
}

function isPlain(value: Record<string, unknown>): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function refuse(path: string, problem: string): never {
  throw new ReceiptError(`The value at ${path || '/'} ${problem}.`);
}

function assertWritable(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH) refuse(path, `is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) assertWritable(value[index], `${path}/${index}`, depth + 1);
  } else if (isObject(value)) {
    if (!isPlain(value)) refuse(path, 'is an object of a class; give a plain object');
    for (const [name, inner] of Object.entries(value)) {
      const problem = problemWithText(name);
      if (problem) refuse(`${path}/${name}`, `has a name that ${problem}`);
      assertWritable(inner, `${path}/${name}`, depth + 1);
    }
  } else {
    const problem = problemWithScalar(value);
    if (problem) refuse(path, problem);
  }
}

/**
 * The one text of a JSON value (JSON Canonicalization Scheme, RFC 8785): no blanks, members sorted by UTF-16 code units,
 * numbers as ECMAScript writes them. Throws ReceiptError, with the path of the value, for what JSON cannot hold:
 * undefined, NaN, infinities, functions, objects of a class, half a surrogate pair, or nesting beyond MAX_DEPTH.
 */
export function canonicalJson(value: unknown): string {
  assertWritable(value, '', 0);
  const text = canonicalize(value);
  if (text === undefined) throw new ReceiptError('The value has no JSON text.');
  return text;
}
