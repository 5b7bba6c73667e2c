import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError } from '@cairn/contracts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

const hostList = '^( *([^ ,:/\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5} *(,|$))*$';

const namespace = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';

const quantity = '^[0-9]+(Mi|Gi|Ti)$';

const bucketName = '^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';

/** Every setting with its default. Nothing else in the gateway reads the environment. */
const Settings = Type.Object({
  CAIRN_HOME: Type.String({ default: '.cairn', description: 'state folder' }),
  CAIRN_HOST: Type.String({
    default: '127.0.0.1',
    description: 'address to listen on; beyond loopback only where accounts have passwords',
  }),
  CAIRN_PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: '0: any free port' }),
  CAIRN_HOSTS: Type.String({
    default: '',
    pattern: '^( *([^ ,:/\\[\\]]+|\\[[0-9a-fA-F:.]+\\]) *(,|$))*$',
    description: 'further host names under which this gateway is asked, as behind a proxy; separated by commas',
  }),
  CAIRN_OWNER_PASSWORD: Type.String({
    default: '',
    pattern: '^$|^.{10,200}$',
    description: "the owner's password, where the owner has none yet",
  }),
  CAIRN_OWNER_TOKEN: Type.String({
    default: '',
    pattern: '^$|^cairn_[A-Za-z0-9_-]{43}$',
    description: "the owner's token, where several gateways share a database; empty: that of CAIRN_HOME",
  }),
  CAIRN_SIGNING_KEY: Type.String({
    default: '',
    pattern: '^$|-----BEGIN (EC )?PRIVATE KEY-----',
    description:
      'PEM of the key that signs receipts (ECDSA P-256), where several gateways share a database; empty: that of CAIRN_HOME',
  }),
  CAIRN_LOST_KEY: Type.String({
    default: '',
    pattern: '^$|^[0-9a-f]{64}$',
    description: 'fingerprint of a signing key that nobody has any more, in whose place that of this gateway comes',
  }),
  CAIRN_TOOLS: Type.String({ default: '', description: 'folder of the Python tools' }),
  CAIRN_DATABASE_URL: Type.String({
    default: '',
    pattern: '^$|^postgres(ql)?://[^ ]+$',
    description:
      'a PostgreSQL server with PostGIS, as postgres://USER:PASSWORD@HOST/DATABASE; empty: one in CAIRN_HOME',
  }),
  CAIRN_MLFLOW_ADDRESS: Type.String({
    default: '',
    pattern: '^$|^https?://[^/?#@ ]+(/[^?#]*[^/?#])?$',
    description: 'an MLflow server that passes artifacts on itself; empty: one is started here',
  }),
  CAIRN_WEB: Type.String({ default: '', description: 'folder of the built web application' }),
  CAIRN_DOCS: Type.String({ default: '', description: 'folder of the built docs' }),
  CAIRN_THREADS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 256,
    description: 'threads of inference; 0: one a core',
  }),
  CAIRN_IDLE_SECONDS: Type.Number({
    default: 300,
    exclusiveMinimum: 0,
    maximum: 1_000_000,
    description: 'a model server that nobody asks for so long is ended, here or on a cluster',
  }),
  CAIRN_MAX_AOI_KM2: Type.Number({ default: 200, exclusiveMinimum: 0 }),
  CAIRN_MAX_UPLOAD_MIB: Type.Integer({ default: 16384, minimum: 1 }),
  CAIRN_BLOCK: Type.Integer({ default: 512, minimum: 128, maximum: 4096, description: 'core of a block in pixels' }),
  CAIRN_TILE_HOSTS: Type.String({
    default: '',
    pattern: hostList,
    description: 'servers of tiles and images that may lie in a private network: host:port, separated by commas',
  }),
  CAIRN_IMAGE_BUCKETS: Type.String({
    default: '',
    pattern: '^( *[a-z0-9][a-z0-9.-]{1,61}[a-z0-9] *(,|$))*$',
    description:
      'buckets at CAIRN_S3_ENDPOINT from which anybody here may add images, with its keys; separated by commas',
  }),
  CAIRN_GIT_HOSTS: Type.String({
    default: '',
    pattern: hostList,
    description: 'Git servers that may lie in a private network or speak http: host:port, separated by commas',
  }),
  CAIRN_REGISTRY: Type.String({
    default: '',
    pattern: '^$|^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)*$',
    description: 'where images of packages are pushed: HOST[:PORT][/PATH]; empty: none are built',
  }),
  CAIRN_IMAGE_REQUIRED: Type.Boolean({
    default: true,
    description:
      'with CAIRN_REGISTRY: refuse a package whose image cannot be built; false: lock its environment instead',
  }),
  CAIRN_BUILDER: Type.Union([Type.Literal('docker'), Type.Literal('buildkit')], {
    default: 'docker',
    description:
      'with CAIRN_REGISTRY, what builds images: docker, by its command; buildkit, a daemon of BuildKit by buildctl',
  }),
  CAIRN_BUILDKIT_ADDRESS: Type.String({
    default: '',
    pattern: '^$|^tcp://[^/?#@ ]+:[0-9]{1,5}$|^unix:///[^?# ]+$',
    description: 'with buildkit: where the daemon is: tcp://HOST:PORT, or unix:///PATH',
  }),
  CAIRN_BUILDKIT_CERTIFICATES: Type.String({
    default: '',
    description: 'with buildkit at tcp: folder with ca.pem, cert.pem and key.pem, by which both know each other',
  }),
  CAIRN_CALLBACK_HOSTS: Type.String({
    default: '',
    pattern: hostList,
    description: 'hosts in a private network that may be told of jobs: host:port, separated by commas',
  }),
  CAIRN_RATE_HOUR: Type.Number({ default: 0, minimum: 0, description: 'what an hour of a job costs; 0: not priced' }),
  CAIRN_RATE_CPU_HOUR: Type.Number({ default: 0, minimum: 0, description: 'what an hour of CPU costs on top' }),
  CAIRN_CURRENCY: Type.String({ default: 'USD', pattern: '^[A-Z]{3}$', description: 'of the rates, as ISO 4217' }),
  CAIRN_DATA_SOURCES: Type.String({
    default: '',
    pattern: '^( *((/[^,]*)|([^ ,:/\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5}) *(,|$))*$',
    description:
      'where data may be fetched from beside the public internet: host:port, or a folder, separated by commas',
  }),
  CAIRN_RUNNER: Type.Union([Type.Literal('process'), Type.Literal('argo')], {
    default: 'process',
    description: 'where packages run: process, as programs of this machine; argo, as workflows on a cluster',
  }),
  CAIRN_GRAPH_BACKEND: Type.Union([Type.Literal('process'), Type.Literal('seldon')], {
    default: 'process',
    description: 'where predictions are computed: process, by model servers of this machine; seldon, on a cluster',
  }),
  CAIRN_SERVING_ADDRESS: Type.String({
    default: '',
    pattern: '^$|^https?://[^/?#@ ]+$',
    description: 'with process: the serving host that runs the model servers; empty: they are programs of the gateway',
  }),
  CAIRN_SERVING_TOKEN: Type.String({
    default: '',
    pattern: '^$|^[!-~]{32,}$',
    description: 'with CAIRN_SERVING_ADDRESS: what the serving host knows the gateway by, 32 characters at least',
  }),
  CAIRN_KUBECONFIG: Type.String({
    default: '',
    description: 'with argo or seldon: file that tells how the cluster is reached',
  }),
  CAIRN_SELDON_NAMESPACE: Type.String({
    default: 'cairn-graphs',
    pattern: namespace,
    description: 'with seldon: namespace of the graphs',
  }),
  CAIRN_SELDON_EXECUTOR: Type.Boolean({
    default: true,
    description:
      "with seldon: Seldon's executor passes blocks from node to node; false: one container is a whole graph",
  }),
  CAIRN_SELDON_CPU: Type.String({
    default: '',
    pattern: '^$|^[0-9]+m?$',
    description: 'with seldon: CPUs that are kept for a graph; empty: as many as it may use, which CAIRN_THREADS says',
  }),
  CAIRN_SELDON_SECRET: Type.String({
    default: 'cairn-registry',
    description: 'with seldon: Secret of the namespace by which the nodes fetch weights: key token',
  }),
  CAIRN_SERVING_IMAGE: Type.String({
    default: '',
    pattern: '^$|^[^ @]+@sha256:[0-9a-f]{64}$',
    description: 'with seldon: image of apps/serving by its digest: NAME@sha256:HEX',
  }),
  CAIRN_GRAPH_ADDRESS: Type.String({
    default: 'http://{service}.{namespace}.svc:{port}',
    pattern: '^api$|^https?://[^?#@ ]*\\{service\\}[^?#@ ]*$',
    description:
      'with seldon: how services of graphs are reached; api: through the API server, from outside of the cluster',
  }),
  CAIRN_ARGO_NAMESPACE: Type.String({
    default: 'cairn',
    pattern: namespace,
    description: 'with argo: namespace of the workflows',
  }),
  CAIRN_STEP_ADDRESS: Type.String({
    default: '',
    pattern: '^$|^https?://[^/?#@ ]+(/[^?#]*[^/?#])?$',
    description: 'with argo or seldon: address of this gateway, as pods on the cluster reach it',
  }),
  CAIRN_STEP_CPU: Type.String({ default: '2', pattern: '^[0-9]+m?$', description: 'with argo: CPUs of a step' }),
  CAIRN_STEP_MEMORY: Type.String({ default: '4Gi', pattern: quantity, description: 'with argo: memory of a step' }),
  CAIRN_STEP_STORAGE: Type.String({ default: '20Gi', pattern: quantity, description: 'with argo: disk of a step' }),
  CAIRN_S3_ENDPOINT: Type.String({
    default: '',
    pattern: '^$|^https?://[^/?#@ ]+$',
    description: 'an S3 store; with argo, as gateway and cluster both reach it',
  }),
  CAIRN_S3_REGION: Type.String({ default: 'us-east-1' }),
  CAIRN_S3_BUCKET: Type.String({ default: '', pattern: bucketName }),
  CAIRN_S3_PREFIX: Type.String({
    default: 'jobs',
    pattern: '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$',
    description: "what the keys of the jobs' files begin with",
  }),
  CAIRN_S3_ACCESS_KEY: Type.String({ default: '' }),
  CAIRN_S3_SECRET_KEY: Type.String({ default: '' }),
  CAIRN_S3_SECRET: Type.String({
    default: 'artifact-store',
    description: 'Secret of the namespace by which the steps reach the store: keys accesskey and secretkey',
  }),
  CAIRN_OBJECTS_BUCKET: Type.String({
    default: '',
    pattern: bucketName,
    description:
      'bucket at CAIRN_S3_ENDPOINT that keeps packages, weights, imagery and results; empty: CAIRN_HOME does',
  }),
  CAIRN_DVC_BUCKET: Type.String({
    default: '',
    pattern: bucketName,
    description: "bucket at CAIRN_S3_ENDPOINT that is DVC's remote; empty: a folder of CAIRN_HOME is",
  }),
  CAIRN_LOG: Type.String({
    default: 'info',
    description: 'least level of the log: trace, debug, info, warn, error, silent',
  }),
  CAIRN_LOG_TO: Type.Union([Type.Literal('file'), Type.Literal('stderr')], {
    default: 'file',
    description:
      "where the log goes: file, logs/gateway.log in CAIRN_HOME; stderr, where a container's log is looked for",
  }),
  CAIRN_STOP_WITH_STDIN: Type.Boolean({
    default: false,
    description: 'end when standard input closes, as its starter ended',
  }),
});

/** An S3 store from which images may be added. */
export interface ImageStore {
  /** `https://HOST[:PORT]`; buckets are named in the path. */
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** The buckets that may be read with the keys, whoever asks. */
  buckets: string[];
}

/** A bucket of the S3 store, with the keys that reach it. */
export interface BucketConfig {
  /** `http(s)://HOST[:PORT]`; the bucket is named in the path. */
  endpoint: string;
  region: string;
  bucket: string;
  accessKey: string;
  secretKey: string;
}

/** The daemon of BuildKit that builds images of packages. */
export interface BuildkitConfig {
  /** `tcp://HOST:PORT` or `unix:///PATH`. */
  address: string;
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`, by which both know each other; empty: with a socket of this machine. */
  certificates: string;
}

/** The cluster on which packages run. */
export interface ClusterConfig {
  kubeconfig: string;
  namespace: string;
  /** `http(s)://HOST[:PORT][/PATH]` of this gateway, for the steps. */
  stepAddress: string;
  resources: { cpu: string; memory: string; storage: string };
  store: {
    endpoint: string;
    region: string;
    bucket: string;
    prefix: string;
    accessKey: string;
    secretKey: string;
    /** Name of the Secret that holds the keys for the steps. */
    secret: string;
  };
}

/** The cluster on which graphs run. */
export interface GraphsConfig {
  kubeconfig: string;
  namespace: string;
  /** Whether Seldon's executor passes blocks from node to node. */
  executor: boolean;
  /** Name of the Secret by which the nodes fetch weights. */
  secret: string;
  /** Image of `apps/serving` by its digest. */
  image: string;
  /** `http(s)://…` with `{service}`, and where it needs them `{namespace}` and `{port}`; or `api`. */
  address: string;
  /** `http(s)://HOST[:PORT][/PATH]` of this gateway, for the nodes. */
  stepAddress: string;
  /** Threads of an inference; 0: as the graph says. */
  threads: number;
  /** CPUs that are kept for a graph; empty: as many as it may use. */
  cpu: string;
}

/** The configuration of one gateway, checked, with every path absolute. */
export interface Config {
  home: string;
  host: string;
  port: number;
  /** Further host names under which it is asked. */
  hosts: string[];
  /** The owner's first password; empty: none is set. */
  ownerPassword: string;
  /** The owner's token that gateways of one database share; empty: that of the state folder. */
  ownerToken: string;
  /** The signing key (PEM) that gateways of one database share; empty: that of the state folder. */
  signingKey: string;
  /** Fingerprint of a signing key that is lost; empty: none. */
  lostKey: string;
  /** A PostgreSQL server; empty: the database lies in the state folder. */
  databaseUrl: string;
  /** An MLflow server; empty: one is started here. */
  mlflowAddress: string;
  /** Where the bytes of the object store are kept; null: in the state folder. */
  objectsBucket: BucketConfig | null;
  /** What DVC pushes to; null: a folder of the state folder. */
  dvcBucket: BucketConfig | null;
  /** Folder of the Python tools (`bin/mlflow`, `bin/dvc`, `bin/uv`). */
  tools: string;
  web: string;
  docs: string;
  /** The host of the model servers; null where they are programs of the gateway. */
  serving: { address: string; token: string } | null;
  threads: number;
  /** A model server, or a graph on a cluster, that nobody asks for so long is ended. */
  idleMs: number;
  maxAoiKm2: number;
  maxUploadBytes: number;
  block: number;
  /** `host:port` of servers of tiles and images that may lie outside the public internet. */
  tileHosts: string[];
  /** The S3 store with the buckets from which images may be added with its keys; null: none. */
  imageStore: ImageStore | null;
  /** `host:port` of Git servers that may lie outside the public internet. */
  gitHosts: string[];
  /** Where images of packages are pushed; empty where none are built. */
  registry: string;
  imageRequired: boolean;
  /** The daemon of BuildKit that builds images; null: docker builds them. */
  buildkit: BuildkitConfig | null;
  /**
   * How the builder reaches Docker's engine and its credentials. For the builder alone: whoever reaches the engine owns the
   * machine.
   */
  dockerEnvironment: Record<string, string>;
  /** `host:port` of subscribers to jobs that may lie outside the public internet. */
  callbackHosts: string[];
  /** What a job's work costs; both 0: it is not priced. */
  rates: { perHour: number; perCpuHour: number; currency: string };
  /** `host:port` and folders that data may be fetched from, outside the public internet. */
  dataSources: string[];
  /** Where packages run; null: on this machine. */
  cluster: ClusterConfig | null;
  /** Where graphs run; null: on this machine. */
  graphs: GraphsConfig | null;
  logLevel: string;
  /** To standard error rather than to a file of the state folder. */
  logsToStderr: boolean;
  /** End when standard input closes: whoever started this gateway is gone. */
  stopWithStdin: boolean;
  /** The rest of the environment that children inherit: PATH, HOME, locale, certificates, proxies. */
  childEnvironment: Record<string, string>;
}

/** Variables that a child process may see; tokens and other secrets of the environment are not among them. */
const inherited =
  /^(PATH|HOME|USER|LANG|LC_.*|TMPDIR|TZ|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy|UV_.*|PIP_(INDEX_URL|CERT|FIND_LINKS)|LD_LIBRARY_PATH)$/;

/**
 * Reads the settings from an environment.
 * @throws CairnError `input-invalid` with the variable's name where one does not fit.
 */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(Settings.properties).flatMap((key) => {
      const value = environment[key];
      return value === undefined || value === '' ? [] : [[key, value]];
    }),
  );
  const settings: unknown = Value.Convert(Settings, Value.Default(Settings, given));
  if (!Value.Check(Settings, settings)) {
    const [first] = Value.Errors(Settings, settings);
    const where = first?.instancePath.slice(1) ?? 'environment';
    throw new CairnError('input-invalid', `The setting ${where} ${first?.message ?? 'does not fit'}.`, {
      where,
      action: `Correct ${where} in the environment, or leave it out for its default.`,
    });
  }
  return toConfig(settings, environment);
}

function toConfig(settings: Static<typeof Settings>, environment: Record<string, string | undefined>): Config {
  const childEnvironment = Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) =>
      value !== undefined && inherited.test(key) ? [[key, value]] : [],
    ),
  );
  return {
    home: resolve(settings.CAIRN_HOME.replace(/^~(?=\/|$)/, homedir())),
    host: settings.CAIRN_HOST,
    port: settings.CAIRN_PORT,
    hosts: list(settings.CAIRN_HOSTS),
    ownerPassword: settings.CAIRN_OWNER_PASSWORD,
    ...sharedCredentials(settings),
    lostKey: settings.CAIRN_LOST_KEY,
    databaseUrl: settings.CAIRN_DATABASE_URL,
    mlflowAddress: settings.CAIRN_MLFLOW_ADDRESS,
    objectsBucket: bucketOf(settings, 'CAIRN_OBJECTS_BUCKET'),
    dvcBucket: bucketOf(settings, 'CAIRN_DVC_BUCKET'),
    tools: settings.CAIRN_TOOLS === '' ? resolve(repository, '.tools') : resolve(settings.CAIRN_TOOLS),
    web: settings.CAIRN_WEB === '' ? resolve(repository, 'apps/web/dist') : resolve(settings.CAIRN_WEB),
    docs: settings.CAIRN_DOCS === '' ? resolve(repository, 'apps/docs/dist') : resolve(settings.CAIRN_DOCS),
    serving: servingOf(settings),
    threads: settings.CAIRN_THREADS,
    idleMs: settings.CAIRN_IDLE_SECONDS * 1000,
    maxAoiKm2: settings.CAIRN_MAX_AOI_KM2,
    maxUploadBytes: settings.CAIRN_MAX_UPLOAD_MIB * 1024 * 1024,
    block: settings.CAIRN_BLOCK,
    tileHosts: list(settings.CAIRN_TILE_HOSTS),
    imageStore: imageStoreOf(settings),
    gitHosts: list(settings.CAIRN_GIT_HOSTS),
    registry: settings.CAIRN_REGISTRY,
    imageRequired: settings.CAIRN_IMAGE_REQUIRED,
    buildkit: settings.CAIRN_BUILDER === 'buildkit' ? buildkitOf(settings) : null,
    dockerEnvironment: Object.fromEntries(
      Object.entries(environment).flatMap(([key, value]) =>
        value !== undefined && /^(DOCKER|BUILDX)_[A-Z_]+$/.test(key) ? [[key, value]] : [],
      ),
    ),
    callbackHosts: list(settings.CAIRN_CALLBACK_HOSTS),
    rates: {
      perHour: settings.CAIRN_RATE_HOUR,
      perCpuHour: settings.CAIRN_RATE_CPU_HOUR,
      currency: settings.CAIRN_CURRENCY,
    },
    dataSources: list(settings.CAIRN_DATA_SOURCES),
    cluster: settings.CAIRN_RUNNER === 'argo' ? clusterOf(settings) : null,
    graphs: settings.CAIRN_GRAPH_BACKEND === 'seldon' ? graphsOf(settings) : null,
    logLevel: settings.CAIRN_LOG,
    logsToStderr: settings.CAIRN_LOG_TO === 'stderr',
    stopWithStdin: settings.CAIRN_STOP_WITH_STDIN,
    childEnvironment,
  };
}

/** Both or none: of two gateways that share a key alone, each start would take back the other's token. */
function sharedCredentials(settings: Static<typeof Settings>): Pick<Config, 'ownerToken' | 'signingKey'> {
  const { CAIRN_OWNER_TOKEN: ownerToken, CAIRN_SIGNING_KEY: signingKey } = settings;
  if ((ownerToken === '') !== (signingKey === '')) {
    const missing = ownerToken === '' ? 'CAIRN_OWNER_TOKEN' : 'CAIRN_SIGNING_KEY';
    throw new CairnError(
      'input-invalid',
      `The setting ${missing} is missing: gateways share token and key, or neither.`,
      {
        where: missing,
        action: 'Set CAIRN_OWNER_TOKEN and CAIRN_SIGNING_KEY, or leave both out: those of CAIRN_HOME are used then.',
      },
    );
  }
  return { ownerToken, signingKey };
}

function imageStoreOf(settings: Static<typeof Settings>): ImageStore | null {
  const buckets = list(settings.CAIRN_IMAGE_BUCKETS);
  if (buckets.length === 0) return null;
  return { ...storeOf(settings, 'CAIRN_IMAGE_BUCKETS', 'public buckets are read without'), buckets };
}

function bucketOf(
  settings: Static<typeof Settings>,
  name: 'CAIRN_OBJECTS_BUCKET' | 'CAIRN_DVC_BUCKET',
): BucketConfig | null {
  const bucket = settings[name];
  if (bucket === '') return null;
  return { ...storeOf(settings, name, 'the state folder is used then'), bucket };
}

/** The S3 store with its keys, which a setting needs. */
function storeOf(settings: Static<typeof Settings>, needs: string, without: string): Omit<BucketConfig, 'bucket'> {
  const demanded = ['CAIRN_S3_ENDPOINT', 'CAIRN_S3_ACCESS_KEY', 'CAIRN_S3_SECRET_KEY'] as const;
  const missing = demanded.find((name) => settings[name] === '');
  if (missing !== undefined) {
    throw new CairnError('input-invalid', `The setting ${missing} is missing, which ${needs} needs.`, {
      where: missing,
      action: `Set ${demanded.join(', ')}; or leave ${needs} out: ${without}.`,
    });
  }
  return {
    endpoint: settings.CAIRN_S3_ENDPOINT,
    region: settings.CAIRN_S3_REGION,
    accessKey: settings.CAIRN_S3_ACCESS_KEY,
    secretKey: settings.CAIRN_S3_SECRET_KEY,
  };
}

/** A daemon that anybody could reach would build whatever anybody asks for: over a network both show who they are. */
function buildkitOf(settings: Static<typeof Settings>): BuildkitConfig {
  const { CAIRN_BUILDKIT_ADDRESS: address, CAIRN_BUILDKIT_CERTIFICATES: certificates } = settings;
  const needsBoth = !address.startsWith('unix:');
  if (address === '' || (needsBoth && certificates === '')) {
    const missing = address === '' ? 'CAIRN_BUILDKIT_ADDRESS' : 'CAIRN_BUILDKIT_CERTIFICATES';
    throw new CairnError('input-invalid', `The setting ${missing} is missing, which CAIRN_BUILDER=buildkit needs.`, {
      where: missing,
      action:
        'Set CAIRN_BUILDKIT_ADDRESS and CAIRN_BUILDKIT_CERTIFICATES; or leave CAIRN_BUILDER out: docker builds then.',
    });
  }
  return { address, certificates: certificates === '' ? '' : resolve(certificates) };
}

/** Without these there is no cluster to run on. */
const demanded = [
  'CAIRN_KUBECONFIG',
  'CAIRN_STEP_ADDRESS',
  'CAIRN_S3_ENDPOINT',
  'CAIRN_S3_BUCKET',
  'CAIRN_S3_ACCESS_KEY',
  'CAIRN_S3_SECRET_KEY',
] as const;

function clusterOf(settings: Static<typeof Settings>): ClusterConfig {
  const missing = demanded.find((name) => settings[name] === '');
  if (missing !== undefined) {
    throw new CairnError('input-invalid', `The setting ${missing} is missing, which CAIRN_RUNNER=argo needs.`, {
      where: missing,
      action: `Set ${demanded.join(', ')}; or leave CAIRN_RUNNER out, to run packages on this machine.`,
    });
  }
  return {
    kubeconfig: resolve(settings.CAIRN_KUBECONFIG),
    namespace: settings.CAIRN_ARGO_NAMESPACE,
    stepAddress: settings.CAIRN_STEP_ADDRESS,
    resources: {
      cpu: settings.CAIRN_STEP_CPU,
      memory: settings.CAIRN_STEP_MEMORY,
      storage: settings.CAIRN_STEP_STORAGE,
    },
    store: {
      endpoint: settings.CAIRN_S3_ENDPOINT,
      region: settings.CAIRN_S3_REGION,
      bucket: settings.CAIRN_S3_BUCKET,
      prefix: settings.CAIRN_S3_PREFIX,
      accessKey: settings.CAIRN_S3_ACCESS_KEY,
      secretKey: settings.CAIRN_S3_SECRET_KEY,
      secret: settings.CAIRN_S3_SECRET,
    },
  };
}

function servingOf(settings: Static<typeof Settings>): Config['serving'] {
  const { CAIRN_SERVING_ADDRESS: address, CAIRN_SERVING_TOKEN: token } = settings;
  if (address === '') return null;
  if (token !== '') return { address, token };
  throw new CairnError(
    'input-invalid',
    'The setting CAIRN_SERVING_TOKEN is missing, which CAIRN_SERVING_ADDRESS needs.',
    {
      where: 'CAIRN_SERVING_TOKEN',
      action: 'Set it to what the serving host has; or leave CAIRN_SERVING_ADDRESS out, to run model servers here.',
    },
  );
}

function graphsOf(settings: Static<typeof Settings>): GraphsConfig {
  const needed = ['CAIRN_KUBECONFIG', 'CAIRN_STEP_ADDRESS', 'CAIRN_SERVING_IMAGE'] as const;
  const missing = needed.find((name) => settings[name] === '');
  if (missing !== undefined) {
    throw new CairnError(
      'input-invalid',
      `The setting ${missing} is missing, which CAIRN_GRAPH_BACKEND=seldon needs.`,
      {
        where: missing,
        action: `Set ${needed.join(', ')}; or leave CAIRN_GRAPH_BACKEND out, to predict on this machine.`,
      },
    );
  }
  return {
    kubeconfig: resolve(settings.CAIRN_KUBECONFIG),
    namespace: settings.CAIRN_SELDON_NAMESPACE,
    executor: settings.CAIRN_SELDON_EXECUTOR,
    secret: settings.CAIRN_SELDON_SECRET,
    image: settings.CAIRN_SERVING_IMAGE,
    address: settings.CAIRN_GRAPH_ADDRESS,
    stepAddress: settings.CAIRN_STEP_ADDRESS,
    threads: settings.CAIRN_THREADS,
    cpu: settings.CAIRN_SELDON_CPU,
  };
}

function list(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}
