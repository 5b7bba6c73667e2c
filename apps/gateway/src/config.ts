import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError } from '@cairn/contracts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

const hostList = '^( *([^ ,:/\\[\\]]+|\\[[0-9a-fA-F:.]+\\]):[0-9]{1,5} *(,|$))*$';

/** Every setting with its default. Nothing else in the gateway reads the environment. */
const Settings = Type.Object({
  CAIRN_HOME: Type.String({ default: '.cairn', description: 'state folder' }),
  CAIRN_HOST: Type.String({
    default: '127.0.0.1',
    description: 'address to listen on; beyond loopback only where accounts have passwords',
  }),
  CAIRN_PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: '0: any free port' }),
  CAIRN_TOOLS: Type.String({ default: '', description: 'folder of the Python tools' }),
  CAIRN_WEB: Type.String({ default: '', description: 'folder of the built web application' }),
  CAIRN_THREADS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 256,
    description: 'threads of inference; 0: one a core',
  }),
  CAIRN_MAX_AOI_KM2: Type.Number({ default: 200, exclusiveMinimum: 0 }),
  CAIRN_MAX_UPLOAD_MIB: Type.Integer({ default: 16384, minimum: 1 }),
  CAIRN_BLOCK: Type.Integer({ default: 1024, minimum: 128, maximum: 4096, description: 'core of a block in pixels' }),
  CAIRN_TILE_HOSTS: Type.String({
    default: '',
    pattern: hostList,
    description: 'tile servers that may lie in a private network: host:port, separated by commas',
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
  CAIRN_LOG: Type.String({
    default: 'info',
    description: 'least level of the log: trace, debug, info, warn, error, silent',
  }),
  CAIRN_STOP_WITH_STDIN: Type.Boolean({
    default: false,
    description: 'end when standard input closes, as its starter ended',
  }),
});

/** The configuration of one gateway, checked, with every path absolute. */
export interface Config {
  home: string;
  host: string;
  port: number;
  /** Folder of the Python tools (`bin/mlflow`, `bin/dvc`, `bin/uv`). */
  tools: string;
  web: string;
  threads: number;
  maxAoiKm2: number;
  maxUploadBytes: number;
  block: number;
  /** `host:port` of tile servers that may lie outside the public internet. */
  tileHosts: string[];
  /** `host:port` of Git servers that may lie outside the public internet. */
  gitHosts: string[];
  /** Where images of packages are pushed; empty where none are built. */
  registry: string;
  imageRequired: boolean;
  /** How docker reaches its engine and its credentials. For docker alone: whoever reaches the engine owns the machine. */
  dockerEnvironment: Record<string, string>;
  /** `host:port` of subscribers to jobs that may lie outside the public internet. */
  callbackHosts: string[];
  /** What a job's work costs; both 0: it is not priced. */
  rates: { perHour: number; perCpuHour: number; currency: string };
  /** `host:port` and folders that data may be fetched from, outside the public internet. */
  dataSources: string[];
  logLevel: string;
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
    tools: settings.CAIRN_TOOLS === '' ? resolve(repository, '.tools') : resolve(settings.CAIRN_TOOLS),
    web: settings.CAIRN_WEB === '' ? resolve(repository, 'apps/web/dist') : resolve(settings.CAIRN_WEB),
    threads: settings.CAIRN_THREADS,
    maxAoiKm2: settings.CAIRN_MAX_AOI_KM2,
    maxUploadBytes: settings.CAIRN_MAX_UPLOAD_MIB * 1024 * 1024,
    block: settings.CAIRN_BLOCK,
    tileHosts: list(settings.CAIRN_TILE_HOSTS),
    gitHosts: list(settings.CAIRN_GIT_HOSTS),
    registry: settings.CAIRN_REGISTRY,
    imageRequired: settings.CAIRN_IMAGE_REQUIRED,
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
    logLevel: settings.CAIRN_LOG,
    stopWithStdin: settings.CAIRN_STOP_WITH_STDIN,
    childEnvironment,
  };
}

function list(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}
