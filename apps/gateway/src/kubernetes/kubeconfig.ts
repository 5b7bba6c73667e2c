import { CairnError } from '@cairn/contracts';
import { Type } from 'typebox';
import Value from 'typebox/value';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** How the API server of a cluster is reached. */
export interface ClusterAccess {
  server: URL;
  /** In PEM; left out: what the system trusts, or no certificate. */
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
  /** Asked before each request: the token of a service account is renewed in its file. */
  token?: () => Promise<string>;
}

const Text = Type.Optional(Type.String());
const named = <T extends Parameters<typeof Type.Object>[0]>(kind: string, members: T) =>
  Type.Array(Type.Object({ name: Type.String(), [kind]: Type.Object(members) }));
const Kubeconfig = Type.Object({
  'current-context': Type.String(),
  contexts: Type.Array(
    Type.Object({ name: Type.String(), context: Type.Object({ cluster: Type.String(), user: Type.String() }) }),
  ),
  clusters: named('cluster', {
    server: Type.String(),
    'certificate-authority': Text,
    'certificate-authority-data': Text,
  }),
  users: named('user', {
    token: Text,
    tokenFile: Text,
    'client-certificate': Text,
    'client-certificate-data': Text,
    'client-key': Text,
    'client-key-data': Text,
  }),
});

/**
 * Reads the current context of a kubeconfig file: a server, whom it is trusted by, and a token or a client certificate.
 * Programs that hand out credentials (`exec`) are not run, and a server is never taken unchecked.
 * @throws CairnError `input-invalid`.
 */
export async function readKubeconfig(file: string): Promise<ClusterAccess> {
  const refuse = (why: string, cause?: unknown): CairnError =>
    new CairnError('input-invalid', `The kubeconfig ${file} ${why}.`, {
      where: 'CAIRN_KUBECONFIG',
      action: 'Give one whose current context has a server and a token (or tokenFile, or client certificate and key).',
      ...(cause === undefined ? {} : { cause }),
    });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse('cannot be read', cause);
  });
  let config: unknown;
  try {
    config = parse(text);
  } catch (cause) {
    throw refuse('is no YAML', cause);
  }
  if (!Value.Check(Kubeconfig, config)) throw refuse('does not fit its schema');
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster as Fields | undefined;
  const user = config.users.find(({ name }) => name === context?.user)?.user as Fields | undefined;
  if (cluster === undefined || user === undefined) throw refuse('names a context that it does not hold');
  const bytes = async (fields: Fields, name: string): Promise<Buffer | undefined> => {
    const data = fields[`${name}-data`];
    if (data !== undefined) return Buffer.from(data, 'base64');
    const path = fields[name];
    if (path === undefined) return undefined;
    return readFile(resolve(dirname(file), path)).catch((cause: unknown) => {
      throw refuse(`names ${path}, which cannot be read`, cause);
    });
  };
  const { token, tokenFile } = user;
  const cert = await bytes(user, 'client-certificate');
  const key = await bytes(user, 'client-key');
  const ca = await bytes(cluster, 'certificate-authority');
  if (token === undefined && tokenFile === undefined && (cert === undefined || key === undefined)) {
    throw refuse('holds neither a token nor a client certificate with its key');
  }
  if (!/^https?:\/\//.test(cluster['server'] ?? '')) throw refuse('names no server');
  return {
    server: new URL(cluster['server']!),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(token !== undefined
      ? { token: () => Promise.resolve(token) }
      : tokenFile !== undefined
        ? { token: async () => (await readFile(resolve(dirname(file), tokenFile), 'utf8')).trim() }
        : {}),
  };
}

type Fields = Record<string, string | undefined>;
