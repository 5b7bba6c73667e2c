import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical.ts';
import { type Digest, isDigest, sha256Hex } from './digest.ts';
import { ReceiptError } from './error.ts';
import { factTitle } from './fact.ts';
import { isObject, member, parseJson } from './json.ts';
import { type Kind, kindOf, type Known } from './kind.ts';

/** Type of an in-toto statement. */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** What a statement is about: a name and the SHA-256 of its bytes, in hexadecimal. */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** An arrow of the trail: the kind of the receipt pointed to, and the digest of its payload. */
export interface Upstream {
  readonly kind: Kind;
  readonly digest: Digest;
}

/** A fact as it stands in a statement that was read; its value is not yet checked against the fact's name. */
export interface StatedFact {
  readonly value: unknown;
  readonly known: Known;
  readonly source?: string;
}

/** An in-toto Statement v1 with Cairn's predicate. */
export interface Statement {
  readonly _type: typeof STATEMENT_TYPE;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: {
    readonly facts: Readonly<Record<string, StatedFact>>;
    /** Digest of each fact, and of the other parts under the names of SEALED_PARTS. */
    readonly seals: Readonly<Record<string, string>>;
    readonly upstream: readonly Upstream[];
    /** When it was issued, RFC 3339 in UTC. */
    readonly issuedAt: string;
  };
}

/** Names under which the parts of a statement that are no facts are sealed, each with its name in a sentence. */
export const SEALED_PARTS = {
  'statement.subject': 'subject',
  'statement.upstream': 'list of receipts it points to',
  'statement.issuedAt': 'time of issue',
} as const;

/** The seal of a fact or part: SHA-256 of its RFC 8785 JSON in hexadecimal. It lets a broken signature be traced to a fact. */
export function sealOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}

/** The value of a sealed part of a statement. */
export function sealedPart(statement: Statement, name: keyof typeof SEALED_PARTS): unknown {
  if (name === 'statement.subject') return statement.subject;
  return name === 'statement.upstream' ? statement.predicate.upstream : statement.predicate.issuedAt;
}

/** The bytes of a statement that are signed: its RFC 8785 JSON in UTF-8. */
export function statementPayload(statement: Statement): Uint8Array {
  return utf8ToBytes(canonicalJson(statement));
}

/** More facts or arrows than this are no receipt of Cairn's; the limit keeps a hostile file from costing much time. */
export const MOST_MEMBERS = 256;

const SEAL = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

const AT_MOST = `of at most ${MOST_MEMBERS} members`;
const isFew = ({ length }: readonly unknown[]): boolean => length <= MOST_MEMBERS;

/** A path inside a statement, led by the name that a reader knows it by. */
function namePath(path: string): string {
  const [, top = '', part = '', name = ''] = path.split('/');
  if (part === 'facts' && name !== '') return `The ${factTitle(name)} (${path})`;
  const sealed = part === 'seals' ? name : `statement.${part || top}`;
  if (Object.hasOwn(SEALED_PARTS, sealed)) return `The ${SEALED_PARTS[sealed as keyof typeof SEALED_PARTS]} (${path})`;
  return part === 'seals' && name !== '' ? `The seal of the ${factTitle(name)} (${path})` : path || 'The statement';
}

function demand(holds: boolean, path: string, shape: string): asserts holds {
  if (!holds) throw new ReceiptError(`${namePath(path)} must be ${shape}.`);
}

function assertSubject(value: unknown, where: string): void {
  const digest = isObject(value) ? member(value, 'digest') : undefined;
  const sha256 = isObject(digest) ? member(digest, 'sha256') : undefined;
  const name = isObject(value) ? member(value, 'name') : undefined;
  demand(
    typeof name === 'string' && typeof sha256 === 'string' && SEAL.test(sha256),
    where,
    '{name, digest: {sha256}}',
  );
}

function assertFact(value: unknown, where: string): void {
  demand(isObject(value) && Object.hasOwn(value, 'value'), where, '{value, known}');
  const known = member(value, 'known');
  demand(known === 'witnessed' || known === 'imported', `${where}/known`, '"witnessed" or "imported"');
  const source = member(value, 'source');
  demand(source === undefined || typeof source === 'string', `${where}/source`, 'a text');
}

function assertUpstream(value: unknown, where: string): void {
  const kind = isObject(value) ? member(value, 'kind') : undefined;
  const isKnownKind = typeof kind === 'string' && kindOf(`urn:cairn:attestation:${kind}:v1`) !== null;
  demand(isObject(value) && isKnownKind && isDigest(member(value, 'digest')), where, '{kind, digest}');
}

/** Whether a text is a time as statements write it: RFC 3339 in UTC. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));
}

/** Throws ReceiptError, with the path of the member, unless a value has the form of a Statement. */
export function assertStatement(value: unknown): asserts value is Statement {
  demand(isObject(value), '', 'a JSON object');
  demand(member(value, '_type') === STATEMENT_TYPE, '/_type', JSON.stringify(STATEMENT_TYPE));
  demand(kindOf(member(value, 'predicateType')) !== null, '/predicateType', "one of Cairn's attestations");
  const subject = member(value, 'subject');
  demand(Array.isArray(subject) && subject.length > 0, '/subject', 'a list with members');
  subject.forEach((one, at) => assertSubject(one, `/subject/${at}`));
  const predicate = member(value, 'predicate');
  demand(isObject(predicate), '/predicate', 'a JSON object');
  const facts = member(predicate, 'facts');
  demand(isObject(facts) && isFew(Object.keys(facts)), '/predicate/facts', `a JSON object ${AT_MOST}`);
  for (const [name, fact] of Object.entries(facts)) assertFact(fact, `/predicate/facts/${name}`);
  const seals = member(predicate, 'seals');
  demand(isObject(seals) && isFew(Object.keys(seals)), '/predicate/seals', `a JSON object ${AT_MOST}`);
  for (const [name, seal] of Object.entries(seals)) {
    demand(typeof seal === 'string' && SEAL.test(seal), `/predicate/seals/${name}`, '64 hexadecimal digits');
  }
  const upstream = member(predicate, 'upstream');
  demand(Array.isArray(upstream) && isFew(upstream), '/predicate/upstream', `a list ${AT_MOST}`);
  upstream.forEach((one, at) => assertUpstream(one, `/predicate/upstream/${at}`));
  demand(isTime(member(predicate, 'issuedAt')), '/predicate/issuedAt', 'a time like 2026-01-31T12:00:00Z');
}

/** The kind of a statement that has passed `assertStatement`. */
export function kindOfStatement(statement: Statement): Kind {
  const kind = kindOf(statement.predicateType);
  if (!kind) throw new ReceiptError("/predicateType must be one of Cairn's attestations.");
  return kind;
}

/** Reads a payload as a statement. Throws ReceiptError where it is not UTF-8, not JSON, or no statement of Cairn's. */
export function readStatement(payload: Uint8Array): Statement {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    throw new ReceiptError('The payload is not UTF-8.');
  }
  const value: unknown = parseJson(text);
  assertStatement(value);
  return value;
}
