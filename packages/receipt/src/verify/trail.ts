import { type Kind, KIND_TITLES } from '../kind.ts';
import { plain } from '../words.ts';
import { type Checks, GET_AGAIN } from './checks.ts';
import type { OpenedReceipt } from './opened.ts';

/** The receipts that a result's facts are compared with; null or empty where one is not in the file. */
export interface Trail {
  readonly result: OpenedReceipt;
  readonly approval: OpenedReceipt | null;
  /** Where the version came from: its training run, or the import of a shipped version. */
  readonly origin: OpenedReceipt | null;
  readonly registration: OpenedReceipt | null;
  readonly dataset: OpenedReceipt | null;
  readonly imagery: readonly OpenedReceipt[];
}

interface RequiredArrow {
  readonly kinds: readonly Kind[];
  readonly many?: boolean;
}

/** What each kind must point to. A shipped version may have been trained on data that was never registered here. */
const REQUIRED_ARROWS: Readonly<Partial<Record<Kind, readonly RequiredArrow[]>>> = {
  prediction: [{ kinds: ['approval'] }, { kinds: ['imagery'], many: true }],
  inference: [{ kinds: ['approval'] }],
  shadow: [{ kinds: ['training', 'import'] }, { kinds: ['prediction'] }, { kinds: ['imagery'], many: true }],
  approval: [{ kinds: ['training', 'import'] }],
  training: [{ kinds: ['registration'] }, { kinds: ['dataset'] }],
  import: [{ kinds: ['registration'] }],
  reproduction: [{ kinds: ['training', 'import'] }],
  evaluation: [{ kinds: ['training', 'import'] }, { kinds: ['dataset'] }],
};

function arrowsOf(receipt: OpenedReceipt | null): readonly { readonly kind: Kind; readonly digest: string }[] {
  return receipt?.statement?.predicate.upstream ?? [];
}

function isAt(arrow: { kind: Kind; digest: string }, receipt: OpenedReceipt): boolean {
  return receipt.payloadDigest === arrow.digest && receipt.kind === arrow.kind;
}

/** The receipts of these kinds that one points to; where none is reached, those present, so that words can name what differs. */
function reached(from: OpenedReceipt | null, kinds: readonly Kind[], all: readonly OpenedReceipt[]): OpenedReceipt[] {
  const candidates = all.filter(({ kind }) => kind !== null && kinds.includes(kind));
  const linked = candidates.filter((receipt) => arrowsOf(from).some((arrow) => isAt(arrow, receipt)));
  return linked.length > 0 ? linked : candidates;
}

/** Follows the arrows from a result to the receipts that its facts come from. */
export function followTrail(result: OpenedReceipt, upstream: readonly OpenedReceipt[]): Trail {
  const one = (from: OpenedReceipt | null, ...kinds: Kind[]): OpenedReceipt | null =>
    reached(from, kinds, upstream)[0] ?? null;
  const approval = one(result, 'approval');
  const origin = one(approval, 'training', 'import');
  return {
    result,
    approval,
    origin,
    registration: one(origin, 'registration'),
    dataset: one(origin, 'dataset'),
    imagery: reached(result, ['imagery'], upstream),
  };
}

function checkArrowsOf(checks: Checks, from: OpenedReceipt, upstream: readonly OpenedReceipt[]): void {
  const seen = new Set<string>();
  for (const arrow of arrowsOf(from)) {
    const to = upstream.find((receipt) => isAt(arrow, receipt));
    const base = `arrow/${from.label}/${to?.label ?? arrow.kind}`;
    const name = seen.has(base) ? `${base}/${plain(arrow.digest)}` : base;
    seen.add(base);
    const target = `the receipt of the ${KIND_TITLES[arrow.kind]}`;
    const words = to
      ? `${from.title} points to ${target}, and that is here.`
      : `${from.title} points to ${target} (${plain(arrow.digest)}), which is not in the file or was changed. ${GET_AGAIN}`;
    checks.add(name, to !== undefined, words);
  }
  if (!from.statement) return;
  for (const { kinds, many } of (from.kind && REQUIRED_ARROWS[from.kind]) ?? []) {
    const count = arrowsOf(from).filter(({ kind }) => kinds.includes(kind)).length;
    if (count === 1 || (many && count > 1)) continue;
    const what = kinds.map((kind) => KIND_TITLES[kind]).join(' or the ');
    const words = `${from.title} must point to ${many ? 'at least one' : 'exactly one'} receipt of the ${what}, but points to ${count}. Ask whoever issued the file.`;
    checks.add(`arrow/${from.label}/${kinds[0]}/count`, false, words);
  }
}

/** Checks that every arrow of every receipt ends in a receipt of the file, and that every receipt has one that points to it. */
export function checkArrows(checks: Checks, result: OpenedReceipt, upstream: readonly OpenedReceipt[]): void {
  const all = [result, ...upstream];
  for (const receipt of all) checkArrowsOf(checks, receipt, upstream);
  // An unreadable receipt has failed already, and where it pointed cannot be told.
  if (all.some(({ statement }) => statement === null)) return;
  for (const receipt of upstream) {
    if (all.some((from) => arrowsOf(from).some((arrow) => isAt(arrow, receipt)))) continue;
    const words = `${receipt.title} is in the file, but no other receipt points to it: it was changed or added. ${GET_AGAIN}`;
    checks.add(`arrow/beside/${receipt.label}`, false, words);
  }
}
