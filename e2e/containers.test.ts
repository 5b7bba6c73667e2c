import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repository } from './src/cairn.ts';

const run = promisify(execFile);

interface Service {
  image: string;
  build?: { dockerfile: string };
  command?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  ports?: string[];
  networks: string[];
  env_file: string | string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
}
interface Project {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
}

const dockerfiles = [
  'apps/gateway/Dockerfile',
  'apps/serving/Dockerfile',
  'deploy/images/minio/Dockerfile',
  'deploy/images/mlflow/Dockerfile',
  'deploy/images/postgres/Dockerfile',
];

describe('the Compose file', () => {
  let project: Project;
  beforeAll(async () => {
    project = parse(await readFile(join(repository, 'deploy/compose/compose.yaml'), 'utf8'), {
      merge: true,
    }) as Project;
  });
  const services = () => Object.entries(project.services);

  test('lets no service be root by another way, write to its image, or be reached from outside this machine', () => {
    for (const [name, service] of services()) {
      expect({ name, ...service }).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect(service.privileged, name).toBeUndefined();
      for (const port of service.ports ?? []) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    }
    expect(project.networks['back']).toEqual({ internal: true });
    const outside = services().filter(([, { networks }]) => networks.includes('front'));
    expect(outside.map(([name]) => name)).toEqual(['gateway']);
  });

  test('starts each service after those that it needs, when they answer or are done', () => {
    for (const [name, { depends_on: needs = {} }] of services()) {
      for (const [other, { condition }] of Object.entries(needs)) {
        const isTask = project.services[other]?.healthcheck === undefined;
        expect([name, other, condition]).toEqual([
          name,
          other,
          isTask ? 'service_completed_successfully' : 'service_healthy',
        ]);
      }
    }
    expect(Object.keys(project.services['gateway']?.depends_on ?? {})).toEqual([
      'postgres',
      'buckets',
      'mlflow',
      'serving',
    ]);
  });

  test('builds every image from a Dockerfile of this repository, and holds no secret itself', () => {
    for (const [name, { image, build, environment = {} }] of services()) {
      const maker = services().find(([, other]) => other.image === image && other.build !== undefined)?.[1];
      expect(dockerfiles, name).toContain(build?.dockerfile ?? maker?.build?.dockerfile);
      for (const key of Object.keys(environment))
        expect(key).not.toMatch(/PASSWORD|SECRET|TOKEN|ACCESS_KEY|DATABASE_URL|STORE_URI/i);
    }
  });
});

describe.each(dockerfiles)('%s', (path) => {
  let lines: string[];
  beforeAll(async () => {
    const text = await readFile(join(repository, path), 'utf8');
    lines = text
      .replaceAll(/\\\n(\s*#.*\n)*/g, ' ')
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
  });
  const last = () => lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  test('runs as a user without rights, named by number', () => {
    expect(last().filter((line) => line.startsWith('USER '))).toEqual(['USER 10001:10001']);
  });

  test('takes each base by an argument, so that a build can name it by its digest', () => {
    const stages = lines.flatMap((line) => /^FROM \S+ AS (\S+)$/.exec(line)?.[1] ?? []);
    for (const line of lines) {
      const from = /^FROM (\S+)/.exec(line)?.[1];
      if (from !== undefined && !stages.includes(from)) expect(from).toMatch(/^\$\{[A-Z]+\}$/);
    }
  });

  test('takes no base by a tag that moves freely, and fetches nothing that is not fixed', () => {
    for (const line of lines) {
      const base = /^(?:FROM|ARG (?:BASE|GO)=)\s*([\w./-]+:[\w.-]+)/.exec(line)?.[1];
      if (base !== undefined) expect(base).toMatch(/-?bookworm/);
      expect(line).not.toMatch(/:latest\b|^ADD |curl .*\|/);
      if (line.includes('pip install')) expect(line).toContain('--require-hashes');
      if (line.includes('npm ')) expect(line).not.toMatch(/npm install/);
      if (line.includes('apt-get install')) expect(line).toContain('--no-install-recommends');
    }
  });

  test('copies what is there', () => {
    for (const line of lines) {
      const words = /^COPY (?!--from)(.+)$/.exec(line)?.[1]?.split(/\s+/) ?? [];
      for (const word of words.slice(0, -1)) expect([word, existsSync(join(repository, word))]).toEqual([word, true]);
    }
  });
});

describe('the secrets of a Compose installation', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cairn-secrets-'));
    for (const name of ['one', 'two']) await make(name);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const make = (name: string) => run(join(repository, 'deploy/compose/secrets.sh'), [join(folder, name)]);
  const files = async (name: string): Promise<Record<string, Record<string, string>>> => {
    const held: Record<string, Record<string, string>> = {};
    for (const file of await readdir(join(folder, name))) {
      const text = await readFile(join(folder, name, file), 'utf8');
      held[file] = Object.fromEntries<string>(
        text
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
      );
    }
    return held;
  };

  test('are for their owner alone, and no installation has those of another', async () => {
    expect((await stat(join(folder, 'one'))).mode & 0o777).toBe(0o700);
    for (const file of await readdir(join(folder, 'one'))) {
      expect((await stat(join(folder, 'one', file))).mode & 0o777).toBe(0o600);
    }
    const [one, two] = [await files('one'), await files('two')];
    for (const [file, values] of Object.entries(one)) {
      for (const [key, value] of Object.entries(values)) {
        if (/ACCESS_KEY(_ID)?$/.test(key)) continue;
        expect(value, key).not.toBe(two[file]?.[key]);
      }
    }
    expect(one['gateway.env']?.['CAIRN_OWNER_PASSWORD']).toMatch(/^[A-Za-z0-9]{40}$/);
  });

  test('fit each other, and a service has none that it does not need', async () => {
    const held = await files('one');
    const [cairn, mlflow] = ['CAIRN_DATABASE_PASSWORD', 'MLFLOW_DATABASE_PASSWORD'].map(
      (key) => held['postgres.env']![key]!,
    );
    expect(held['gateway.env']!['CAIRN_DATABASE_URL']).toBe(`postgres://cairn:${cairn}@postgres/cairn`);
    expect(held['mlflow.env']!['MLFLOW_BACKEND_STORE_URI']).toContain(`mlflow:${mlflow}@postgres/mlflow`);
    expect(held['gateway.env']!['CAIRN_S3_SECRET_KEY']).toBe(held['buckets.env']!['CAIRN_S3_SECRET_KEY']);
    expect(held['serving.env']).toEqual({ CAIRN_SERVING_TOKEN: held['gateway.env']!['CAIRN_SERVING_TOKEN'] });
    expect(held['mlflow.env']!['AWS_SECRET_ACCESS_KEY']).toBe(held['buckets.env']!['MLFLOW_S3_SECRET_KEY']);
    expect(JSON.stringify(held['gateway.env'])).not.toContain(mlflow);
    expect(JSON.stringify(held['mlflow.env'])).not.toContain(cairn);
    for (const file of ['gateway.env', 'mlflow.env']) {
      expect(JSON.stringify(held[file])).not.toContain(held['minio.env']!['MINIO_ROOT_PASSWORD']);
    }
  });

  test('of a set from before the serving host get what that needs, and nothing else changes', async () => {
    const before = await files('two');
    const gateway = join(folder, 'two', 'gateway.env');
    await rm(join(folder, 'two', 'serving.env'));
    const text = await readFile(gateway, 'utf8');
    await writeFile(gateway, text.replace(/^CAIRN_SERVING_TOKEN=.*\n/m, ''));
    await make('two');
    const after = await files('two');
    const token = after['serving.env']!['CAIRN_SERVING_TOKEN']!;
    expect(token).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(after).toEqual({
      ...before,
      'gateway.env': { ...before['gateway.env'], CAIRN_SERVING_TOKEN: token },
      'serving.env': { CAIRN_SERVING_TOKEN: token },
    });
    expect((await stat(join(folder, 'two', 'serving.env'))).mode & 0o777).toBe(0o600);
  });

  test('stay as they are when they are asked for again, and git does not see them', async () => {
    const before = await files('one');
    expect((await make('one')).stdout).toContain('are there');
    expect(await files('one')).toEqual(before);
    const ignored = await run('git', ['check-ignore', 'deploy/compose/secrets/gateway.env'], { cwd: repository });
    expect(ignored.stdout.trim()).toBe('deploy/compose/secrets/gateway.env');
  });
});
