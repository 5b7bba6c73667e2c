import { parseArgs } from 'node:util';
import { CairnError, Digest, modelTasks, readExpression, type ModelTaskName } from '@cairn/contracts';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { nodeSettings } from './node-settings.ts';

/** What this process is: both nodes of the graph in one, or one of them. */
export const roles = ['graph', 'detector', 'transformer'] as const;
export type Role = (typeof roles)[number];

/** Where the weights are, and what the network is like. Pixels are those of the model's grid. */
export interface WeightsConfig {
  /** A file, or an http(s) address in the registry. */
  source: string;
  digest: Digest;
  /** By which the registry lets this node in; left out where it asks for none. */
  token?: string;
  /** The network's input edges are multiples of it. */
  stride: number;
  /** No output depends on anything farther away. */
  halo: number;
  /** Edge of the core of a window; windows lie at its multiples on the imagery's grid. */
  window: number;
  /** Threads of one inference; results are reproducible for one number of them. */
  threads: number;
}

/** What the network answers: a task of MLM, and the names of its classes by number. */
export interface ModelConfig {
  task: ModelTaskName;
  classes: string[];
  /** What is done with the numbers of an output before the task reads them. */
  expressions: Record<string, (x: number) => number>;
}

/** The settings of one model server, checked. */
export interface ServingConfig {
  role: Role;
  name: string;
  version: string;
  host: string;
  port: number;
  /** Left out: gRPC is not spoken. */
  grpcPort?: number;
  /** Ends when its standard input closes: the gateway that spawned it holds the other end. */
  attached: boolean;
  model: ModelConfig;
  /** Left out for a transformer, which has no weights. */
  weights?: WeightsConfig;
}

export const usage = `serving --role graph|detector|transformer --name NAME --version N [--host 127.0.0.1] [--port 0] [--grpc-port N] [--attached]
        [--task TASK --classes JSON --expressions JSON]
        [--weights FILE|URL --digest sha256:HEX --stride PX --halo PX --window PX --threads N]

Serves one node of a prediction graph, or the whole graph, over the Open Inference Protocol v2: by REST, and with
--grpc-port by gRPC (0: any free port). Prints one line of JSON with its addresses when it is ready. --attached: ends when standard input closes.

--task is one of ${modelTasks.join(', ')};
--classes lists the names of what the network tells apart, by number. Left out: segmentation of buildings.
--expressions gives an openEO process by the name of an output, for each of its numbers.

As a node of Seldon Core it is told these by the environment: PREDICTIVE_UNIT_ID is the name,
PREDICTIVE_UNIT_HTTP_SERVICE_PORT the port, PREDICTIVE_UNIT_GRPC_SERVICE_PORT that of gRPC, and PREDICTIVE_UNIT_PARAMETERS holds the others; an argument counts
more. MLFLOW_TRACKING_TOKEN lets it fetch weights from a registry that asks for one.`;

const options = {
  role: { type: 'string' },
  name: { type: 'string' },
  version: { type: 'string' },
  weights: { type: 'string' },
  digest: { type: 'string' },
  stride: { type: 'string' },
  halo: { type: 'string' },
  window: { type: 'string' },
  threads: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'grpc-port': { type: 'string' },
  task: { type: 'string' },
  classes: { type: 'string' },
  expressions: { type: 'string' },
  attached: { type: 'boolean' },
} as const;

const defaults = {
  task: 'semantic-segmentation',
  classes: '["background","building"]',
  expressions: '{}',
  window: '512',
  threads: '1',
  host: '127.0.0.1',
  port: '0',
  attached: false,
};

/** The settings that have a value in text. */
const names = Object.keys(options).filter((name) => name !== 'attached');

/**
 * Reads the command line, and what Seldon Core tells a node by the environment.
 * @throws CairnError `input-invalid` with the argument's name where one is missing or does not fit.
 */
export function readConfig(
  args: readonly string[],
  environment: Record<string, string | undefined> = process.env,
): ServingConfig {
  const values = { ...defaults, ...nodeSettings(environment, names), ...parse(args) };
  const role = roles.find((known) => known === values.role);
  if (role === undefined) throw invalid('role', `must be one of ${roles.join(', ')}`);
  const name = required('name', values.name);
  const version = required('version', values.version);
  const port = integer('port', values.port, 0, 65_535);
  const model = modelOf(values);
  const grpc = values['grpc-port'];
  const grpcPort = grpc === undefined ? {} : { grpcPort: integer('grpc-port', grpc, 0, 65_535) };
  const config = { role, name, version, host: values.host, port, ...grpcPort, attached: values.attached, model };
  if (role === 'transformer') return config;
  const digest = required('digest', values.digest);
  if (!Value.Check(Digest, digest)) throw invalid('digest', 'must be sha256: and 64 hexadecimal digits');
  const stride = integer('stride', required('stride', values.stride), 1, 1024);
  const halo = integer('halo', required('halo', values.halo), 0, 4096);
  const window = integer('window', values.window, 1, 4096);
  // Windows on another phase of the network's strides would answer other numbers for the same pixels.
  if (halo % stride !== 0) throw invalid('halo', `must be a multiple of the stride ${stride}`);
  if (window % stride !== 0) throw invalid('window', `must be a multiple of the stride ${stride}`);
  const threads = integer('threads', values.threads, 1, 256);
  const { MLFLOW_TRACKING_TOKEN: token = '' } = environment;
  const source = required('weights', values.weights);
  const weights = { source, digest, ...(token === '' ? {} : { token }), stride, halo, window, threads };
  return { ...config, weights };
}

const Expressions = Type.Record(Type.String(), Type.Unknown());
const Classes = Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 256, uniqueItems: true });

function modelOf({ task, classes, expressions }: Record<'task' | 'classes' | 'expressions', string>): ModelConfig {
  const known = modelTasks.find((one) => one === task);
  if (known === undefined) throw invalid('task', `must be one of ${modelTasks.join(', ')}`);
  const names = jsonOf('classes', classes);
  if (!Value.Check(Classes, names)) throw invalid('classes', 'must be a JSON array of 1 to 256 distinct names');
  const told = jsonOf('expressions', expressions);
  if (!Value.Check(Expressions, told)) throw invalid('expressions', 'must be a JSON object');
  return { task: known, classes: names, expressions: Object.fromEntries(Object.entries(told).map(readOne)) };
}

function readOne([output, json]: [string, unknown]): [string, (x: number) => number] {
  try {
    return [output, readExpression(json)];
  } catch (cause) {
    throw invalid('expressions', `does not hold for ${output}: ${(cause as Error).message}`);
  }
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid(name, 'is no JSON');
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new CairnError('input-invalid', (cause as Error).message, { action: usage, cause });
  }
}

function required(name: string, value: string | undefined): string {
  if (value === undefined || value === '') throw invalid(name, 'is missing');
  return value;
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw invalid(name, `must be an integer from ${least} to ${most}`);
  }
  return value;
}

function invalid(name: string, words: string): CairnError {
  return new CairnError('input-invalid', `--${name} ${words}.`, { where: `--${name}`, action: usage });
}
