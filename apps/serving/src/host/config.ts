import { parseArgs } from 'node:util';
import { CairnError } from '@cairn/contracts';

/** The settings of a serving host, checked. */
export interface HostConfig {
  host: string;
  port: number;
  /** Where weights lie. */
  folder: string;
  /** By which the gateway is known. */
  token: string;
  /** What model servers see of the environment: nothing of what the host knows. */
  environment: NodeJS.ProcessEnv;
}

export const usage = `serving-host --folder FOLDER [--host 127.0.0.1] [--port 9000]

Starts model servers for a gateway, and ends them when nobody asks them any more or their gateway is gone. The gateway sends the
weights, and is known by CAIRN_SERVING_TOKEN: at least 32 characters, the same in both environments. Prints one line of JSON with its
address when it is ready. Weights lie in FOLDER, which may be emptied whenever the host does not run.`;

const options = { host: { type: 'string' }, port: { type: 'string' }, folder: { type: 'string' } } as const;

/**
 * Reads the command line and the token.
 * @throws CairnError `input-invalid` with the argument's name where one is missing or does not fit.
 */
export function readHostConfig(
  args: readonly string[],
  environment: Record<string, string | undefined> = process.env,
): HostConfig {
  const { host = '127.0.0.1', port = '9000', folder = '' } = parse(args);
  if (folder === '') throw invalid('--folder', 'is missing');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw invalid('--port', 'must be an integer from 0 to 65535');
  const { CAIRN_SERVING_TOKEN: token = '' } = environment;
  if (token.length < 32) throw invalid('CAIRN_SERVING_TOKEN', 'must have at least 32 characters');
  const { PATH, HOME, TMPDIR } = environment;
  const seen = { PATH, HOME, TMPDIR, ORT_DISABLE_TELEMETRY: '1' };
  return { host, port: Number(port), folder, token, environment: seen };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new CairnError('input-invalid', (cause as Error).message, { action: usage, cause });
  }
}

function invalid(name: string, words: string): CairnError {
  return new CairnError('input-invalid', `${name} ${words}.`, { where: name, action: usage });
}
