import { Type, type Static, type TSchema } from 'typebox';
import { DatasetTold, DatasetWarning, DvcDataset, DvcSource } from './dataset.ts';
import { Digest, Identifier } from './digest.ts';
import { ExampleSet } from './example.ts';
import { FileSet, GitProof, GitSource } from './fileset.ts';
import { DataRelation } from './relation.ts';
import { ShadowComparison } from './shadow.ts';

const closed = { additionalProperties: false } as const;
const titled = <T extends TSchema>(schema: T, title: string): T => ({ ...schema, title });
const licence = Type.String({ minLength: 1, maxLength: 100, description: 'SPDX identifier', title: 'Licence' });
const attribution = Type.String({ maxLength: 1000, title: 'Whom to name' });

/**
 * `register-model`: a package becomes a model in the catalogue and in MLflow. It comes as uploaded files, with Git's proof of
 * their commit, or from a Git repository.
 */
export const RegisterModel = Type.Object(
  {
    files: Type.Optional(titled(FileSet, 'Files of the package')),
    source: Type.Optional(titled(GitProof, 'Proof of the commit that it is from')),
    git: Type.Optional(titled(GitSource, 'A Git repository at a commit')),
    checkOnly: Type.Optional(Type.Boolean({ default: false, title: 'Only check the package' })),
    trial: Type.Optional(
      Type.Boolean({
        default: false,
        title: 'Try its entry points',
        description: 'Runs them on tiny data in the package’s own environment, whose installation may mean gigabytes.',
      }),
    ),
  },
  {
    ...closed,
    title: 'Register a model',
    description: 'Checks a package and brings it to the catalogue and to MLflow.',
  },
);
export const RegisterModelResult = Type.Object({
  model: Type.String(),
  packageDigest: Digest,
  commit: Type.Union([Type.String(), Type.Null()]),
  versions: Type.Array(Type.String()),
  image: Type.Union([Type.String(), Type.Null()], {
    description: 'REGISTRY/NAME@sha256:<hex>; null: the environment is pinned by its lock alone',
  }),
  receipt: Type.Union([Digest, Type.Null()]),
  changed: Type.Boolean(),
  tried: Type.Boolean({ description: 'whether its entry points were seen to run here' }),
  checks: Type.Array(Type.Object({ name: Type.String(), words: Type.String() })),
});

/**
 * `add-dataset`: chips/ with labels.geojson or labels.osm become a DVC-pinned dataset. Either `files` or `dvc`; what a DVC
 * repository tells of its data need not be told again.
 */
export const AddDataset = Type.Object(
  {
    ...DatasetTold.properties,
    files: Type.Optional(titled(FileSet, 'Images and labels')),
    dvc: Type.Optional(titled(DvcSource, 'Data in a DVC repository')),
  },
  {
    ...closed,
    title: 'Add a dataset',
    description: 'Checks chips and labels, uploaded or in a DVC repository, and pins them with DVC.',
    oneOf: [
      { title: 'uploaded files with id, title and licence', required: ['files', 'id', 'title', 'licence'] },
      { title: 'data in a DVC repository', required: ['dvc'] },
    ],
  },
);
export const AddDatasetResult = Type.Object({
  dataset: Type.String(),
  digest: Digest,
  dvcMd5: Type.String(),
  chips: Type.Integer(),
  buildings: Type.Integer(),
  warnings: Type.Array(DatasetWarning),
  receipt: Digest,
  changed: Type.Boolean(),
});

/** Map tiles behind an address: those of an area, at one zoom. */
export const TileSource = Type.Object(
  {
    href: Type.String({
      minLength: 1,
      maxLength: 2000,
      description: 'https://HOST/{z}/{x}/{y}.png, or {-y} for rows from the south; a key in its query is never shown',
      title: 'Address of the tiles',
    }),
    zoom: Type.Integer({ minimum: 0, maximum: 23, title: 'Zoom' }),
    bbox: Type.Array(Type.Number(), {
      minItems: 4,
      maxItems: 4,
      description: 'west, south, east, north in EPSG:4326',
      title: 'Area',
    }),
    skipFaulty: Type.Optional(
      Type.Boolean({
        default: false,
        title: 'Pass over tiles that cannot be had or read',
        description: 'They become gaps, which the item lists; at most a tenth of the tiles.',
      }),
    ),
  },
  { ...closed, title: 'Map tiles' },
);
export type TileSource = Static<typeof TileSource>;

/** An image behind an address: all of it, or of a Cloud Optimized GeoTIFF the part of an area. */
export const RemoteImage = Type.Object(
  {
    href: Type.String({
      minLength: 1,
      maxLength: 4000,
      description: 'https://HOST/PATH.tif, or s3://BUCKET/PATH.tif; a key or signature in its query is never shown',
      title: 'Address of the image',
    }),
    bbox: Type.Optional(
      Type.Array(Type.Number(), {
        minItems: 4,
        maxItems: 4,
        description: 'west, south, east, north in EPSG:4326; left out: the whole image',
        title: 'Area',
      }),
    ),
  },
  { ...closed, title: 'An image behind an address' },
);
export type RemoteImage = Static<typeof RemoteImage>;

/**
 * `add-imagery`: one GeoTIFF, uploaded or behind an address, or a folder of chips or map tiles, which become one COG. One of
 * `files`, `template` and `remote`.
 */
export const AddImagery = Type.Object(
  {
    id: titled(Identifier, 'Id in the catalogue'),
    title: Type.String({ minLength: 1, maxLength: 200, title: 'Name' }),
    licence,
    attribution: Type.Optional(attribution),
    files: Type.Optional(titled(FileSet, 'A GeoTIFF, or chips')),
    template: Type.Optional(TileSource),
    remote: Type.Optional(RemoteImage),
  },
  {
    ...closed,
    title: 'Add imagery',
    description: 'Makes one georeferenced image of a GeoTIFF, uploaded or behind an address, of chips or of map tiles.',
  },
);
export const AddImageryResult = Type.Object({
  imagery: Type.String(),
  digest: Digest,
  bbox: Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
  gsd: Type.Number({ description: 'metres a pixel on the ground' }),
  tiles: Type.Optional(
    Type.Object({
      count: Type.Integer({ description: 'map tiles that have data' }),
      gaps: Type.Integer({ description: 'map tiles of the area that have none, or could not be had' }),
      faulty: Type.Integer({ description: 'of the gaps, those that could not be had or read' }),
      repeated: Type.Integer({
        description:
          'of the tiles, those that are the same picture as another: perhaps a notice that there is no image',
      }),
    }),
  ),
  receipt: Digest,
  changed: Type.Boolean(),
});

/** `train-model`: a model's package is run on a dataset; a candidate version is left. Either `dataset` or `dvc`. */
export const TrainModel = Type.Object(
  {
    model: titled(Identifier, 'Model'),
    dataset: Type.Optional({
      ...titled(Identifier, 'Dataset'),
      description: 'of the catalogue, as it is now; either this or "dvc"',
    }),
    dvc: Type.Optional({
      ...titled(DvcDataset, 'Data in a DVC repository'),
      description: 'are checked and become a dataset first; either this or "dataset"',
    }),
    hyperparameters: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()]), { title: 'Settings' }),
    ),
  },
  {
    ...closed,
    title: 'Train a model',
    description:
      'Runs a package on a dataset of the catalogue, or on data that it fetches; the result is a candidate version.',
    oneOf: [
      { title: 'a dataset of the catalogue', required: ['dataset'] },
      { title: 'data in a DVC repository', required: ['dvc'] },
    ],
  },
);
export const TrainModelResult = Type.Object({
  version: Type.String({ description: 'MODEL/NUMBER' }),
  dataset: Type.String({ description: 'the dataset that it was trained on' }),
  runId: Type.String(),
  weightsDigest: Digest,
  metrics: Type.Record(Type.String(), Type.Number()),
  receipt: Digest,
});

/** `reproduce-run`: a run is made again from its receipt, and its weights compared. */
export const ReproduceRun = Type.Object(
  {
    run: Type.String({
      pattern: '^([0-9a-f]{32}|sha256:[0-9a-f]{64}|[a-z0-9][a-z0-9._-]{0,99}/[1-9][0-9]{0,8})$',
      description: 'a run of MLflow, MODEL/NUMBER, or the digest of a receipt',
      title: 'Run',
    }),
    instead: Type.Optional(
      Type.Object(
        {
          dataset: Type.Optional(Identifier),
          packageDigest: Type.Optional(Digest),
          hyperparameters: Type.Optional(
            Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()]), {
              title: 'Settings',
            }),
          ),
        },
        { ...closed, title: 'Taken instead of what is recorded, to see what it changes' },
      ),
    ),
  },
  { ...closed, title: 'Reproduce a run' },
);
/** Something in which two runs differ. */
export const Difference = Type.Object({
  what: Type.Union([
    Type.Literal('environment'),
    Type.Literal('processor'),
    Type.Literal('threads'),
    Type.Literal('seed'),
    Type.Literal('data'),
    Type.Literal('package'),
    Type.Literal('settings'),
  ]),
  recorded: Type.String(),
  found: Type.String(),
  words: Type.String(),
});
export type Difference = Static<typeof Difference>;
export const ReproduceRunResult = Type.Object({
  run: Type.String({ description: 'the run that was made again' }),
  version: Type.Union([Type.String(), Type.Null()]),
  known: Type.Union([Type.Literal('witnessed'), Type.Literal('imported')], {
    description: 'whether the run was seen here, or a record told of it',
  }),
  reproduction: Type.String({ description: 'the new run' }),
  reproduced: Type.Boolean({ description: 'the weights are the same, bit by bit' }),
  weights: Type.Object({ recorded: Digest, found: Digest }),
  differences: Type.Array(Difference, { description: 'in what the runs differ, the weightiest first' }),
  metrics: Type.Array(
    Type.Object({
      name: Type.String(),
      recorded: Type.Union([Type.Number(), Type.Null()]),
      found: Type.Union([Type.Number(), Type.Null()]),
    }),
  ),
  receipt: Digest,
});

/** `evaluate-version`: a version is measured on the held-out part of a dataset. */
export const EvaluateVersion = Type.Object(
  {
    version: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,99}/[1-9][0-9]{0,8}$',
      description: 'MODEL/NUMBER',
      title: 'Version',
    }),
    dataset: titled(Identifier, 'Dataset'),
    again: Type.Optional(
      Type.Boolean({ default: false, title: 'Measure again, though the version was measured on these very data' }),
    ),
  },
  {
    ...closed,
    title: 'Evaluate a version',
    description: 'Measures a version on the held-out part of a dataset, beside the figures recorded for it.',
  },
);
export const EvaluateVersionResult = Type.Object({
  version: Type.String({ description: 'MODEL/NUMBER' }),
  dataset: Type.String(),
  datasetDigest: Digest,
  relation: DataRelation,
  words: Type.String({ description: 'the relation, in words' }),
  runId: Type.String({ description: 'the run in MLflow, with report and pictures' }),
  weightsDigest: Digest,
  metrics: Type.Array(
    Type.Object({
      name: Type.String(),
      recorded: Type.Union([Type.Number(), Type.Null()], {
        description: 'as the record of its training tells, of the data that it was trained on',
      }),
      found: Type.Number({ description: 'on these data' }),
    }),
  ),
  receipt: Digest,
  stored: Type.Boolean({ description: 'it had been measured on these very data before' }),
});

/** `draw-examples`: what a version finds on a few labelled chips of a dataset becomes pictures. */
export const DrawExamples = Type.Object(
  {
    version: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,99}/[1-9][0-9]{0,8}$',
      description: 'MODEL/NUMBER',
      title: 'Version',
    }),
    dataset: titled(Identifier, 'Dataset'),
  },
  {
    ...closed,
    title: 'Draw examples',
    description: 'Draws what a version finds, misses and invents on a few labelled chips of a dataset.',
  },
);
export const DrawExamplesResult = Type.Object({
  ...ExampleSet.properties,
  stored: Type.Boolean({ description: 'they had been drawn before' }),
});

/** `predict`: an area of imagery becomes buildings. */
export const Predict = Type.Object(
  {
    model: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,99}(/[0-9]{1,9})?$',
      description: 'MODEL, or MODEL/VERSION',
      title: 'Model',
    }),
    imagery: titled(Identifier, 'Imagery'),
    aoi: Type.Optional(
      Type.Unknown({
        description: 'GeoJSON polygon or [west, south, east, north] in EPSG:4326; left out: the whole image',
        title: 'Area',
      }),
    ),
    threshold: Type.Optional(Type.Number({ minimum: 0.05, maximum: 0.95, title: 'How sure the model has to be' })),
    minArea: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000, title: 'Smallest building in m²' })),
    simplify: Type.Optional(Type.Number({ minimum: 0, maximum: 10, title: 'Tolerance of outlines in m' })),
    square: Type.Optional(
      Type.Boolean({ default: true, title: 'Right angles', description: 'where the outline of a building means them' }),
    ),
  },
  {
    ...closed,
    title: 'Find buildings',
    description: 'Finds the buildings of an area of imagery, as GeoJSON with a receipt.',
  },
);
export const PredictResult = Type.Object({
  prediction: Type.String(),
  href: Type.String({ description: 'address of the GeoJSON' }),
  digest: Digest,
  features: Type.Integer(),
  areaKm2: Type.Number(),
  seconds: Type.Number(),
  receipt: Digest,
  stored: Type.Boolean({ description: 'an identical request had been answered before' }),
});

/** `shadow-prediction`: the shadow of a model runs once more what a prediction was asked. */
export const ShadowPrediction = Type.Object(
  {
    prediction: Type.String({ pattern: '^[0-9a-f]{20}$', title: 'Prediction' }),
    version: Type.String({
      pattern: '^[a-z0-9][a-z0-9._-]{0,99}/[1-9][0-9]{0,8}$',
      description: 'MODEL/NUMBER; the shadow of the model that answered',
      title: 'Version',
    }),
  },
  {
    ...closed,
    title: 'Run a shadow',
    description:
      'Runs the shadow of a model on what a prediction was asked, and compares; what it finds is given to nobody.',
  },
);
export const ShadowPredictionResult = Type.Object({
  ...ShadowComparison.properties,
  stored: Type.Boolean({ description: 'it had been compared before' }),
});

/** Every process with its schemas and the words a person reads. */
export const processes = {
  'register-model': { title: 'Register a model', input: RegisterModel, result: RegisterModelResult },
  'add-dataset': { title: 'Add a dataset', input: AddDataset, result: AddDatasetResult },
  'add-imagery': { title: 'Add imagery', input: AddImagery, result: AddImageryResult },
  'train-model': { title: 'Train a model', input: TrainModel, result: TrainModelResult },
  'reproduce-run': { title: 'Reproduce a run', input: ReproduceRun, result: ReproduceRunResult },
  'evaluate-version': { title: 'Evaluate a version', input: EvaluateVersion, result: EvaluateVersionResult },
  'draw-examples': { title: 'Draw examples', input: DrawExamples, result: DrawExamplesResult },
  predict: { title: 'Find buildings', input: Predict, result: PredictResult },
  'shadow-prediction': { title: 'Run a shadow', input: ShadowPrediction, result: ShadowPredictionResult },
} as const;

/** The name of a process. */
export type ProcessId = keyof typeof processes;
/** What a process takes. */
export type ProcessInput<P extends ProcessId> = Static<(typeof processes)[P]['input']>;
/** What a process leaves. */
export type ProcessResult<P extends ProcessId> = Static<(typeof processes)[P]['result']>;
