import { openBundle } from '../bundle.ts';
import { type Digest, digestOf } from '../digest.ts';
import type { OpenedEnvelope } from '../dsse.ts';
import { isObject, member, parseJson } from '../json.ts';
import { type Kind, KIND_TITLES, kindOf, KINDS } from '../kind.ts';
import { kindOfStatement, readStatement, type Statement } from '../statement.ts';
import { plain } from '../words.ts';

/** A bundle of the file after decoding, as far as it could be decoded; its signature is not checked yet. */
export interface OpenedReceipt {
  /** Name in check names: the kind, numbered where there are several, or `upstream-N` where the kind is unreadable. */
  readonly label: string;
  /** Name at the head of a sentence. */
  readonly title: string;
  readonly kind: Kind | null;
  readonly envelope: OpenedEnvelope | null;
  readonly payloadDigest: Digest | null;
  readonly statement: Statement | null;
  /** Why envelope or statement is null. */
  readonly problem: string | null;
}

/** The kinds of receipt by which a result is followed back. */
export type ResultKind = 'prediction' | 'inference';

type Unnamed = Omit<OpenedReceipt, 'label' | 'title'>;

function reason(error: unknown): string {
  return plain(error instanceof Error ? error.message : String(error));
}

/** The kind that a broken statement still names, so that words can name it too. */
function kindInside(payload: Uint8Array): Kind | null {
  try {
    const value = parseJson(new TextDecoder().decode(payload));
    return isObject(value) ? kindOf(member(value, 'predicateType')) : null;
  } catch {
    return null;
  }
}

function openOne(bundle: unknown): Unnamed {
  const nothing: Unnamed = { kind: null, envelope: null, payloadDigest: null, statement: null, problem: null };
  let envelope: OpenedEnvelope;
  try {
    envelope = openBundle(bundle);
  } catch (error) {
    return { ...nothing, problem: reason(error) };
  }
  const opened = { ...nothing, envelope, payloadDigest: digestOf(envelope.payload) };
  try {
    const statement = readStatement(envelope.payload);
    return { ...opened, statement, kind: kindOfStatement(statement) };
  } catch (error) {
    return { ...opened, kind: kindInside(envelope.payload), problem: reason(error) };
  }
}

/** Opens the bundle of a result. A statement of another kind counts as a problem. */
export function openResult(bundle: unknown, kind: ResultKind): OpenedReceipt {
  const opened = openOne(bundle);
  const named = { ...opened, label: kind, title: `The receipt of the ${KIND_TITLES[kind]}` };
  if (!opened.statement || opened.kind === kind) return named;
  return { ...named, statement: null, problem: `It is about another thing (${opened.kind ?? 'unknown'}).` };
}

/** Opens the upstream bundles and puts them in the order of the trail, whatever their order in the file. */
export function openUpstream(bundles: readonly unknown[]): OpenedReceipt[] {
  const opened = bundles.map((bundle, index) => ({ ...openOne(bundle), index }));
  const rank = ({ kind }: Unnamed): number => (kind ? KINDS.indexOf(kind) : KINDS.length);
  opened.sort((a, b) => {
    const [left, right] = [a.payloadDigest ?? '', b.payloadDigest ?? ''];
    return rank(a) - rank(b) || (left < right ? -1 : left > right ? 1 : a.index - b.index);
  });
  const seen = new Map<Kind, number>();
  return opened.map(({ index, ...receipt }) => {
    const { kind } = receipt;
    if (!kind) {
      return { ...receipt, label: `upstream-${index + 1}`, title: `The upstream receipt number ${index + 1}` };
    }
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    const isOnly = opened.filter((other) => other.kind === kind).length === 1;
    return {
      ...receipt,
      label: isOnly ? kind : `${kind}-${number}`,
      title: `The receipt of the ${KIND_TITLES[kind]}${isOnly ? '' : ` (${number})`}`,
    };
  });
}
