import { type Digest, isDigest } from './digest.ts';
import { isObject, type JsonObject, member } from './json.ts';
import type { Kind, Known } from './kind.ts';
import { isTensorList, type TensorList } from './tensor.ts';

/** Licence and credit of something that went into the result: data, weights, imagery. */
export interface Licence {
  readonly title: string;
  readonly licence: string;
  readonly attribution: string;
}

/** The value of each fact that a receipt can state, by the fact's name. */
export interface FactValues {
  /** The package's commit and its folder in that repository; no commit only with a reason. */
  codeCommit: { commit: string; path: string } | { commit: null; path: string; reason: string };
  /** File set digest of the package. */
  packageDigest: Digest;
  /** Digest of the environment's lock file or of the container image; the fact's `source` says which. */
  environmentDigest: Digest;
  /** Digest of the container image that was built of the package; the fact's `source` names it. */
  imageDigest: Digest;
  /** SHA-256 of the weights file. */
  weightsDigest: Digest;
  /** MLflow run id of the training, or of the run that the receipt is about. */
  mlflowRun: string;
  /** File set digest of the data trained on, or measured on; DVC's MD5 of the folder (32 digits and `.dir`) where known. */
  datasetDigest: { digest: Digest; dvcMd5: string | null };
  /** SHA-256 of each imagery file, sorted. */
  imageryDigests: readonly Digest[];
  /**
   * Why this version ran: as the default, or a canary that answers a share of the requests that name no version; or as a
   * shadow, which answers nobody.
   */
  route: { alias: 'production' | 'canary' | 'shadow'; share: number };
  /** The version that is to run the same request again, beside the one that answered, and its share of the requests. */
  shadow: { version: string; share: number };
  /** What a shadow found beside what a version in production had answered: which prediction, and the figures. */
  comparison: { prediction: string; version: string; iou: number; matched: number; missing: number; added: number };
  /** Parameters of the run or of the prediction that the receipt is about. */
  parameters: JsonObject;
  /** Area asked for: a GeoJSON geometry, EPSG:4326. */
  aoi: JsonObject;
  model: string;
  version: string;
  dataset: string;
  imagery: string;
  /** Who approved the version, why, when (RFC 3339), and whether it was their own work. */
  approver: { name: string; reason: string; at: string; selfApproved: boolean };
  /** Number of features, and digest of their manifest. */
  features: { count: number; manifest: Digest };
  /** Area predicted on, in square kilometres. */
  areaKm2: number;
  /** Version of Cairn that issued the receipt. */
  softwareVersion: string;
  licences: readonly Licence[];
  /** Figures of the evaluation, by name. */
  metrics: JsonObject;
  seed: number;
  threads: number;
  /** Class of the processor that trained, since other classes may choose other kernels. */
  cpuClass: string;
  /** What an approval was given for. */
  use: string;
  /** SHA-256 of the evidence that there was to see: RFC 8785 JSON of figures, comparisons and licences. */
  evidence: Digest;
  /** What was taken back: a version, a dataset or a package; by whom, why, when (RFC 3339). */
  revocation: { kind: string; name: string; by: string; reason: string; at: string };
  /** SHA-256 of each content that was taken back, sorted. */
  revokedDigests: readonly Digest[];
  /** What came of it: versions, the number of predictions, and the digest of the list of their receipts. */
  affected: { versions: readonly string[]; predictions: number; manifest: Digest };
  /** Widest vector instructions that the training was held to; empty where the processor chose. */
  cpuCap: string;
  /** Version of Python that trained. */
  python: string;
  /** Operating system and architecture that trained. */
  platform: string;
  /** The run that was made again, its weights, whether the new ones are the same, and what differs, the weightiest first. */
  reproduction: { run: string; weightsDigest: Digest; same: boolean; differences: readonly string[] };
  /** The entry points of the package that were seen to run on tiny data: its file set digest, and the settings. */
  trial: { entryPoints: readonly string[]; dataDigest: Digest; settings: JsonObject };
  /** What a network was asked, by the Open Inference Protocol v2. */
  inputTensors: TensorList;
  /** What it answered. */
  outputTensors: TensorList;
}

/** Name of a fact. */
export type FactName = keyof FactValues;

/** A fact: its value, how it is known, and where it is from where that helps a reader. */
export interface Fact<N extends FactName = FactName> {
  readonly value: FactValues[N];
  readonly known: Known;
  readonly source?: string;
}

interface FactRule {
  readonly title: string;
  /** What the value must be, to end the sentence "it must be …". */
  readonly shape: string;
  readonly fits: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isAmount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;

function isShape(value: unknown, members: Readonly<Record<string, (inner: unknown) => boolean>>): boolean {
  return isObject(value) && Object.entries(members).every(([name, fits]) => fits(member(value, name)));
}

function isCodeCommit(value: unknown): boolean {
  if (!isShape(value, { path: (path) => typeof path === 'string' })) return false;
  const isCommit = (id: unknown): boolean => typeof id === 'string' && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(id);
  return isShape(value, { commit: isCommit }) || isShape(value, { commit: (id) => id === null, reason: isText });
}

const isSortedDigests = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((digest, at) => isDigest(digest) && (at === 0 || (value[at - 1] as string) < digest));

const ALIASES: readonly string[] = ['production', 'canary', 'shadow'];

const text = (title: string): FactRule => ({ title, shape: 'a text', fits: isText });
const digest = (title: string): FactRule => ({ title, shape: '"sha256:" and 64 digits', fits: isDigest });
const tensors = (title: string): FactRule => ({
  title,
  shape: '{digest, tensors: a list of {name, datatype, shape, digest} with that digest}',
  fits: isTensorList,
});
const object = (title: string): FactRule => ({ title, shape: 'a JSON object', fits: isObject });

const FACTS: Readonly<Record<FactName, FactRule>> = {
  model: text('model'),
  version: text('model version'),
  route: {
    title: 'choice of the version',
    shape: '{alias: "production", "canary" or "shadow", share: a number}',
    fits: (value) => isShape(value, { alias: (alias) => ALIASES.includes(alias as string), share: isAmount }),
  },
  shadow: {
    title: 'shadow beside it',
    shape: '{version, share: a number}',
    fits: (value) => isShape(value, { version: isText, share: isAmount }),
  },
  comparison: {
    title: 'comparison with what was answered',
    shape: '{prediction, version, iou, and the counts matched, missing, added}',
    fits: (value) =>
      isShape(value, {
        prediction: isText,
        version: isText,
        iou: isAmount,
        matched: isCount,
        missing: isCount,
        added: isCount,
      }),
  },
  codeCommit: { title: 'code commit', shape: '{commit, path}, or {commit: null, path, reason}', fits: isCodeCommit },
  packageDigest: digest('package digest'),
  environmentDigest: digest('environment digest'),
  imageDigest: digest('image digest'),
  weightsDigest: digest('weights digest'),
  mlflowRun: text('MLflow run'),
  datasetDigest: {
    title: 'dataset digest',
    shape: '{digest, dvcMd5: 32 digits and an optional ".dir", or null}',
    fits: (value) =>
      isShape(value, {
        digest: isDigest,
        dvcMd5: (md5) => md5 === null || (typeof md5 === 'string' && /^[0-9a-f]{32}(\.dir)?$/.test(md5)),
      }),
  },
  dataset: text('dataset'),
  imagery: text('imagery'),
  imageryDigests: { title: 'imagery digests', shape: 'a sorted list of different digests', fits: isSortedDigests },
  parameters: object('parameters'),
  aoi: object('area of interest'),
  approver: {
    title: 'approver',
    shape: '{name, reason, at, selfApproved}',
    fits: (value) =>
      isShape(value, { name: isText, reason: isText, at: isText, selfApproved: (own) => typeof own === 'boolean' }),
  },
  features: {
    title: 'features',
    shape: '{count, manifest: digest}',
    fits: (value) => isShape(value, { count: isCount, manifest: isDigest }),
  },
  areaKm2: { title: 'area covered', shape: 'a number of square kilometres', fits: isAmount },
  softwareVersion: text('software version'),
  licences: {
    title: 'licences',
    shape: 'a list of {title, licence, attribution}',
    fits: (value) =>
      Array.isArray(value) &&
      value.every((one) =>
        isShape(one, { title: isText, licence: isText, attribution: (credit) => typeof credit === 'string' }),
      ),
  },
  metrics: object('metrics'),
  seed: { title: 'seed', shape: 'a whole number', fits: Number.isSafeInteger },
  threads: { title: 'threads', shape: 'a whole number', fits: isCount },
  cpuClass: text('processor class'),
  use: text('declared use'),
  evidence: digest('evidence'),
  revocation: {
    title: 'revocation',
    shape: '{kind, name, by, reason, at}',
    fits: (value) => isShape(value, { kind: isText, name: isText, by: isText, reason: isText, at: isText }),
  },
  revokedDigests: { title: 'revoked digests', shape: 'a sorted list of different digests', fits: isSortedDigests },
  affected: {
    title: 'affected results',
    shape: '{versions: texts, predictions: a count, manifest: digest}',
    fits: (value) =>
      isShape(value, {
        versions: (versions) => Array.isArray(versions) && versions.every(isText),
        predictions: isCount,
        manifest: isDigest,
      }),
  },
  cpuCap: { title: 'cap on instructions', shape: 'a text', fits: (value) => typeof value === 'string' },
  python: text('Python version'),
  platform: text('platform'),
  reproduction: {
    title: 'reproduction',
    shape: '{run, weightsDigest, same, differences: a list of texts}',
    fits: (value) =>
      isShape(value, {
        run: isText,
        weightsDigest: isDigest,
        same: (same) => typeof same === 'boolean',
        differences: (list) => Array.isArray(list) && list.every(isText),
      }),
  },
  trial: {
    title: 'trial of the entry points',
    shape: '{entryPoints: texts, dataDigest: digest, settings: a JSON object}',
    fits: (value) =>
      isShape(value, {
        entryPoints: (names) => Array.isArray(names) && names.every(isText),
        dataDigest: isDigest,
        settings: isObject,
      }),
  },
  inputTensors: tensors('input tensors'),
  outputTensors: tensors('output tensors'),
};

/** Every fact's name, in the order in which they are told. */
export const FACT_NAMES = Object.keys(FACTS) as readonly FactName[];

/** Whether a name is that of a fact this version knows. */
export function isFactName(name: string): name is FactName {
  return Object.hasOwn(FACTS, name);
}

/** A fact's name in a sentence; an unknown one is quoted as it is. */
export function factTitle(name: string): string {
  return isFactName(name) ? FACTS[name].title : JSON.stringify(name);
}

/** What is wrong with a fact's value, to follow "the <title> …", or null. Facts of a later version have no rule here. */
export function problemWithFact(name: string, value: unknown): string | null {
  return isFactName(name) && !FACTS[name].fits(value) ? `must be ${FACTS[name].shape}` : null;
}

const RUN = [
  'model',
  'version',
  'packageDigest',
  'environmentDigest',
  'weightsDigest',
  'mlflowRun',
  'datasetDigest',
  'parameters',
] as const satisfies readonly FactName[];

/** The facts that each kind of receipt must state; it may state others. */
export const REQUIRED_FACTS = {
  registration: ['model', 'codeCommit', 'packageDigest', 'environmentDigest'],
  training: RUN,
  import: RUN,
  reproduction: [
    'model',
    'packageDigest',
    'environmentDigest',
    'weightsDigest',
    'mlflowRun',
    'datasetDigest',
    'parameters',
    'reproduction',
  ],
  evaluation: [...RUN, 'dataset', 'metrics'],
  dataset: ['dataset', 'datasetDigest'],
  imagery: ['imagery', 'imageryDigests'],
  approval: ['model', 'version', 'weightsDigest', 'approver'],
  revocation: ['revocation', 'revokedDigests', 'affected'],
  prediction: [
    ...RUN,
    'codeCommit',
    'imageryDigests',
    'aoi',
    'approver',
    'features',
    'areaKm2',
    'softwareVersion',
    'licences',
  ],
  inference: [
    'model',
    'version',
    'codeCommit',
    'packageDigest',
    'environmentDigest',
    'weightsDigest',
    'mlflowRun',
    'datasetDigest',
    'approver',
    'softwareVersion',
    'licences',
    'inputTensors',
    'outputTensors',
  ],
  // Whoever ran as a shadow need not be approved.
  shadow: [
    ...RUN,
    'codeCommit',
    'route',
    'imageryDigests',
    'aoi',
    'features',
    'comparison',
    'softwareVersion',
    'licences',
  ],
} as const satisfies Readonly<Record<Kind, readonly FactName[]>>;

/** The facts of one kind of receipt: the required ones, and any others. */
export type FactsOf<K extends Kind> = { readonly [N in (typeof REQUIRED_FACTS)[K][number]]: Fact<N> } & {
  readonly [N in FactName]?: Fact<N>;
};

/** The facts that an import can see for itself, from the bytes it is given; all others it is told. */
const WITNESSED_BY_IMPORT: readonly string[] = [
  'model',
  'version',
  'packageDigest',
  'weightsDigest',
  'softwareVersion',
] satisfies FactName[];

/** Whether a receipt of this kind can have witnessed the fact at all. */
export function canWitness(kind: Kind, name: string): boolean {
  return kind !== 'import' || WITNESSED_BY_IMPORT.includes(name);
}
