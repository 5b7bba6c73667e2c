import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildkitEngine } from '../../src/registry/package/buildkit-engine.ts';
import { DockerEngine } from '../../src/registry/package/docker-engine.ts';
import { Children } from '../../src/supervise/child.ts';
import { describeImageEngine } from './image-builder-contract.ts';
import { type StandIn, standIn } from './image-program-stand-in.ts';
import { quietLogger } from './quiet.ts';
import { context } from './registration-fixture.ts';

const registry = 'registry.example.org:5000/maps';
const name = `${registry}/tiny`;
const docker = {
  read: `[ "$1" != build ] || { label=$5 folder=$8; }`,
  say: `[ "$1" != image ] || echo "[\\"elsewhere/tiny@sha256:${'0'.repeat(64)}\\",\\"${name}@$digest\\"]"`,
};
const buildctl = {
  read: `while [ $# -gt 0 ]; do
  case "$1" in context=*) folder=\${1#*=};; label:*) label=\${1#*:};; --metadata-file) metadata=$2;; esac
  shift
done`,
  say: `printf '{"containerimage.digest":"%s"}' "$digest" >"$metadata"`,
};
const place = { address: 'tcp://builder.example.org:1234', certificates: '/etc/cairn/builder' };

describeImageEngine('Docker', async (home) => {
  const program = await standIn(join(home, 'docker'), 'docker', docker);
  return {
    registry,
    base: 'scratch',
    engine: (children) => new DockerEngine({ children, environment: program.environment }),
    // The real docker, or none: both say so.
    lost: (children) => new DockerEngine({ children, environment: { DOCKER_HOST: `unix://${home}/no-engine.sock` } }),
    held: (image) => program.held(image),
  };
});

describeImageEngine('BuildKit', async (home) => {
  const program = await standIn(join(home, 'buildctl'), 'buildctl', buildctl);
  return {
    registry,
    base: 'scratch',
    engine: (children) => new BuildkitEngine({ ...place, children, environment: program.environment }),
    lost: (children) =>
      new BuildkitEngine({ address: `unix://${home}/no-daemon.sock`, certificates: '', children, environment: {} }),
    held: (image) => program.held(image),
  };
});

describe('a program that builds images', () => {
  let home: string;
  let children: Children;
  const made: Record<string, StandIn> = {};
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cairn-engine-'));
    children = new Children({
      runFolder: join(home, 'run'),
      logFolder: join(home, 'logs'),
      environment: {},
      logger: quietLogger(),
    });
    made['docker'] = await standIn(join(home, 'docker'), 'docker', docker);
    made['buildctl'] = await standIn(join(home, 'buildctl'), 'buildctl', buildctl);
    made['silent docker'] = await standIn(join(home, 'silent-docker'), 'docker', { ...docker, say: 'echo null' });
    made['silent buildctl'] = await standIn(join(home, 'silent-buildctl'), 'buildctl', {
      ...buildctl,
      say: `echo '{}' >"$metadata"`,
    });
    const denied = `[ "$1" != push ] || { echo 'denied: no such account' >&2; exit 1; }`;
    made['denied'] = await standIn(join(home, 'denied'), 'docker', { read: docker.read, say: denied });
  });
  afterAll(async () => rm(home, { recursive: true, force: true }));

  const order = async () => {
    const folder = join(await mkdtemp(join(home, 'order-')), 'image');
    await mkdir(folder);
    await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n');
    return { folder, name, tag: 'abc', labels: { 'org.cairn.package': 'sha256:abc' } };
  };
  const dockerOf = (which: string) => new DockerEngine({ children, environment: made[which]!.environment });
  const buildkitOf = (which: string) =>
    new BuildkitEngine({ ...place, children, environment: made[which]!.environment });

  it('is spoken to as Docker wants it', async () => {
    const asked = await order();
    await dockerOf('docker').build(asked, context());
    expect(await made['docker']!.told()).toEqual([
      [
        ...['build', '--tag', `${name}:abc`, '--label', 'org.cairn.package=sha256:abc'],
        ...['--file', join(asked.folder, 'Dockerfile'), asked.folder],
      ],
      ['push', `${name}:abc`],
      ['image', 'inspect', '--format', '{{json .RepoDigests}}', `${name}:abc`],
    ]);
  });

  it('is spoken to as BuildKit wants it, shows who it is, and leaves nothing behind', async () => {
    const asked = await order();
    await buildkitOf('buildctl').build(asked, context());
    expect(await made['buildctl']!.told()).toEqual([
      [
        ...['--addr', place.address, '--tlsdir', place.certificates],
        ...['build', '--progress', 'plain', '--frontend', 'dockerfile.v0'],
        ...['--local', `context=${asked.folder}`, '--local', `dockerfile=${asked.folder}`],
        ...['--opt', 'filename=Dockerfile', '--opt', 'build-arg:SOURCE_DATE_EPOCH=315532800'],
        ...['--opt', `build-arg:BUILDKIT_CACHE_MOUNT_NS=${name}`, '--opt', 'label:org.cairn.package=sha256:abc'],
        '--output',
        `type=image,name=${name}:abc,push=true,oci-mediatypes=true,rewrite-timestamp=true`,
        ...['--metadata-file', `${asked.folder}.metadata.json`],
      ],
    ]);
    expect(await readdir(join(asked.folder, '..'))).toEqual(['image']);
  });

  it('that may not push is told with what it said', async () => {
    await expect(dockerOf('denied').build(await order(), context())).rejects.toThrow(
      'docker push failed: denied: no such account',
    );
  });

  it('that tells no digest has made no image', async () => {
    await expect(dockerOf('silent docker').build(await order(), context())).rejects.toThrow('no digest');
    await expect(buildkitOf('silent buildctl').build(await order(), context())).rejects.toThrow('no digest');
  });
});
