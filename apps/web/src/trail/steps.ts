import type { Check, Verification, VerifiedFact } from '@cairn/receipt';

/** The steps of the trail, from the result back to what it was made of. */
export const stepNames = ['features', 'imagery', 'approver', 'model', 'run', 'data', 'code'] as const;

/** A step of the trail. */
export type StepName = (typeof stepNames)[number];

/**
 * What is known of a step: it was checked and holds; nothing could check it here, since it was only told or the key is not
 * the signer's; it was told and the seal of what was told holds; or something about it does not hold.
 */
export type StepState = 'checked' | 'told' | 'unchecked' | 'broken';

/** A step with what was found of it. */
export interface Step {
  name: StepName;
  state: StepState;
  facts: readonly VerifiedFact[];
  /** Digest of the signed receipt that the step stands on, where the file holds it. */
  receipt: string | undefined;
}

type Kind = 'prediction' | 'approval' | 'origin' | 'registration' | 'dataset' | 'imagery';

/** Which receipt a step stands on, and the facts that are told of it: that of the first receipt that states it. */
const plan: Record<StepName, { from: readonly Kind[]; facts: readonly string[] }> = {
  features: {
    from: ['prediction'],
    facts: ['features', 'areaKm2', 'parameters', 'route', 'softwareVersion', 'licences'],
  },
  approver: { from: ['approval', 'prediction'], facts: ['approver', 'use', 'evidence'] },
  model: { from: ['origin', 'prediction'], facts: ['weightsDigest', 'model', 'version', 'metrics'] },
  run: {
    from: ['origin', 'prediction'],
    facts: ['mlflowRun', 'environmentDigest', 'parameters', 'seed', 'threads', 'cpuClass', 'python', 'platform'],
  },
  data: { from: ['dataset', 'origin', 'prediction'], facts: ['datasetDigest', 'dataset', 'licences'] },
  code: { from: ['registration', 'prediction'], facts: ['codeCommit', 'packageDigest', 'imageDigest'] },
  imagery: { from: ['imagery', 'prediction'], facts: ['imageryDigests', 'imagery', 'licences'] },
};

/** The step that a fact belongs to, whichever receipt states it; others belong to the step of their receipt. */
const homes = new Map<string, StepName>(
  Object.entries({
    approver: 'approver',
    use: 'approver',
    evidence: 'approver',
    model: 'model',
    version: 'model',
    weightsDigest: 'model',
    mlflowRun: 'run',
    environmentDigest: 'run',
    datasetDigest: 'data',
    dataset: 'data',
    codeCommit: 'code',
    packageDigest: 'code',
    imagery: 'imagery',
    imageryDigests: 'imagery',
    features: 'features',
    areaKm2: 'features',
  }),
);

const stepsOfKind: Record<Kind, StepName> = {
  prediction: 'features',
  approval: 'approver',
  origin: 'run',
  registration: 'code',
  dataset: 'data',
  imagery: 'imagery',
};

/** Puts what was found of a file into the steps of its trail. */
export function stepsOf(verdict: Verification): Step[] {
  const isKeyed = verdict.checks.some(({ name, ok }) => name === 'key' && ok);
  const broken = new Set(failuresOf(verdict).flatMap((check) => stepOfCheck(check) ?? []));
  return stepNames.map((name) => {
    const { from, facts: told } = plan[name];
    const facts = told.flatMap((fact) => factsOf(verdict, from, fact));
    const held = verdict.receipts.find(({ label }) => from[0] === kindOf(label));
    return { name, state: stateOf(name, facts, broken, isKeyed), facts, receipt: held?.digest ?? undefined };
  });
}

function stateOf(name: StepName, facts: readonly VerifiedFact[], broken: Set<StepName>, isKeyed: boolean): StepState {
  if (broken.has(name)) return 'broken';
  const [first] = facts;
  if (first === undefined || !isKeyed) return 'unchecked';
  if (!first.ok) return 'broken';
  return first.known === 'imported' ? 'told' : 'checked';
}

/**
 * What fails of its own: where the key is not the signer's, that no signature could be checked with it follows from that
 * and is not a second failure.
 */
export function failuresOf(verdict: Verification): Check[] {
  const failed = verdict.checks.filter(({ ok }) => !ok);
  if (!failed.some(({ name }) => name === 'key')) return failed;
  return failed.filter(({ name }) => !name.startsWith('signature/'));
}

/** The families of failures, in the order in which they are told. */
export const families = [
  'file',
  'receipt',
  'key',
  'features',
  'signature',
  'seal',
  'arrow',
  'agreement',
  'plain-copy',
] as const;

/** What kind of thing fails. */
export type Family = (typeof families)[number];

/** The failures of a verdict by their family. */
export function failuresByFamily(verdict: Verification): [Family, Check[]][] {
  const failed = failuresOf(verdict);
  return families
    .map((family): [Family, Check[]] => [family, failed.filter((check) => familyOf(check) === family)])
    .filter(([, checks]) => checks.length > 0);
}

function familyOf({ name }: Check): Family {
  const [head = ''] = name.split('/');
  if (head === 'form') return 'signature';
  if (head === 'subject') return 'agreement';
  return families.find((family) => family === head) ?? 'file';
}

function stepOfCheck({ name }: Check): StepName | null {
  const [head = '', first = '', second = ''] = name.split('/');
  if (head === 'features') return 'features';
  if (head === 'agreement' || head === 'plain-copy') return homes.get(first) ?? 'features';
  // Of an arrow that leads nowhere, what it should lead to is missing.
  const kind = head === 'arrow' ? (kindOf(second) ?? kindOf(first)) : kindOf(first);
  if (kind === undefined) return null;
  const home = head === 'seal' ? homes.get(second) : undefined;
  return home ?? stepsOfKind[kind];
}

/** The kind of receipt that a label names: several of one kind are numbered. */
function kindOf(label: string): Kind | undefined {
  const name = label.replace(/-\d+$/, '');
  if (name === 'training' || name === 'import') return 'origin';
  return Object.hasOwn(stepsOfKind, name) ? (name as Kind) : undefined;
}

/** A fact as the first kind of receipt tells it that does; there may be several receipts of the kind. */
function factsOf(verdict: Verification, from: readonly Kind[], name: string): VerifiedFact[] {
  for (const kind of from) {
    const found = verdict.facts.filter((fact) => fact.name === name && kindOf(fact.receipt) === kind);
    if (found.length > 0) return found;
  }
  return [];
}
