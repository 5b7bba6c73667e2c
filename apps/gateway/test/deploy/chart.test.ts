import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPrivateKey } from '@cairn/receipt';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { isToken } from '../../src/identity/tokens.ts';
import { readKubeconfig } from '../../src/kubernetes/kubeconfig.ts';
import {
  chart,
  helm,
  kubernetesSchemas,
  type Manifest,
  manifests,
  podTemplates,
  render,
  repository,
  tools,
} from './rendering.ts';

const examples = {
  'as it comes': [],
  'with engines': ['--values', join(chart, 'examples/engines.yaml')],
  'with own servers': ['--values', join(chart, 'examples/own-servers.yaml')],
  'on one server': [
    ...['--values', join(repository, 'deploy/k3s/values.yaml')],
    ...['--set', 'gateway.ingress.host=cairn.example.org,gateway.ingress.tlsSecret=cairn-tls'],
  ],
};
const names = Object.keys(examples) as (keyof typeof examples)[];

describe.skipIf(tools === '')('the Helm chart', () => {
  const rendered = {} as Record<keyof typeof examples, Manifest[]>;
  beforeAll(async () => {
    for (const name of names) rendered[name] = await render(...examples[name]);
  });
  const find = (objects: readonly Manifest[], kind: string, name: string): Manifest =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)!;
  const secret = (objects: readonly Manifest[], service: string): Record<string, string> =>
    Object.fromEntries(
      Object.entries(find(objects, 'Secret', `cairn-${service}`).data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, 'base64').toString(),
      ]),
    );

  /** The volume of a gateway's state folder, without its name. */
  const stateOf = (objects: readonly Manifest[]): object => {
    const pod = podTemplates(objects).find(([controller]) => controller === 'cairn-gateway')![1].spec;
    const { volumes } = pod as unknown as { volumes: { name: string }[] };
    return volumes.find(({ name }) => name === 'state')!;
  };

  test.each(names)('is well made, and its objects are ones by the schemas of Kubernetes: %s', async (name) => {
    await helm('lint', ...examples[name]);
    const problems = await kubernetesSchemas();
    for (const object of rendered[name]) expect(await problems(object)).toEqual([]);
  });

  test('is held to schemas that refuse what they do not know', async () => {
    const problems = await kubernetesSchemas();
    const gateway = structuredClone(find(rendered['as it comes'], 'StatefulSet', 'cairn-gateway'));
    Object.assign((gateway.spec!['template'] as { spec: object }).spec, { readOnlyRootFileSystem: true });
    expect((await problems(gateway)).join()).toContain('must NOT have additional properties');
  });

  test.each(names)('asks of every pod what Kubernetes calls restricted, and says what it takes: %s', (name) => {
    for (const [controller, { spec }] of podTemplates(rendered[name])) {
      if (controller === 'cairn-builder') continue;
      expect([controller, spec.securityContext]).toMatchObject([
        controller,
        { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      ]);
      for (const { image, resources, securityContext } of spec.containers) {
        expect([controller, securityContext]).toEqual([
          controller,
          { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        ]);
        expect(image).toMatch(/:[0-9][\w.-]*$|@sha256:[0-9a-f]{64}$/);
        expect([controller, Object.keys(resources.requests ?? {}).sort()]).toEqual([controller, ['cpu', 'memory']]);
        expect([controller, resources.limits]).toHaveProperty('1.memory');
      }
      // The cluster's API is for the gateway alone, where it has a use for it.
      const asks = controller === 'cairn-gateway' && name === 'with engines';
      expect([controller, spec.automountServiceAccountToken]).toEqual([controller, asks]);
    }
  });

  test('runs two gateways with a state folder each, on different nodes as far as there are some', async () => {
    const objects = rendered['as it comes'];
    const { spec } = find(objects, 'StatefulSet', 'cairn-gateway');
    expect(spec).toMatchObject({ replicas: 2, template: { spec: { topologySpreadConstraints: [{ maxSkew: 1 }] } } });
    expect(stateOf(objects)).toMatchObject({
      ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '50Gi' } } } } },
    });
    expect(find(objects, 'PersistentVolumeClaim', 'cairn-gateway')).toBeUndefined();
    expect(find(objects, 'PersistentVolumeClaim', 'cairn-postgres')).toBeDefined();
    const onNodes = await render('--set', 'gateway.storage.onNode=true,gateway.storage.size=5Gi');
    expect(stateOf(onNodes)).toMatchObject({ emptyDir: { sizeLimit: '5Gi' } });
    const claimed = render('--set', 'gateway.storage.existingClaim=mine');
    await expect(claimed).rejects.toThrow(/existingClaim is of one gateway/);
  });

  test('runs one gateway on a claim that stays, where one is enough', async () => {
    const one = ['--set', 'gateway.replicas=1'];
    const objects = await render(...one);
    expect(stateOf(objects)).toMatchObject({ persistentVolumeClaim: { claimName: 'cairn-gateway' } });
    expect(find(objects, 'PersistentVolumeClaim', 'cairn-gateway').metadata.annotations).toEqual({
      'helm.sh/resource-policy': 'keep',
    });
    const problems = await kubernetesSchemas();
    for (const object of objects) expect(await problems(object)).toEqual([]);
    await expect(render(...one, '--set', 'gateway.storage.onNode=true')).rejects.toThrow(/onNode is of several/);
  });

  test('asks Traefik for the host by TLS alone, with a certificate of its own or one that Traefik gets', async () => {
    const own = find(rendered['on one server'], 'Ingress', 'cairn-gateway');
    expect(own.metadata.annotations).toEqual({ 'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure' });
    expect(own.spec).toMatchObject({
      ingressClassName: 'traefik',
      tls: [{ hosts: ['cairn.example.org'], secretName: 'cairn-tls' }],
    });
    const got = [
      ...examples['on one server'],
      '--set',
      'gateway.ingress.tlsSecret=,gateway.ingress.controllerCertificate=true',
    ];
    const objects = await render(...got);
    expect(find(objects, 'Ingress', 'cairn-gateway').spec!['tls']).toEqual([{ hosts: ['cairn.example.org'] }]);
    const problems = await kubernetesSchemas();
    for (const object of objects) expect(await problems(object)).toEqual([]);
  });

  test('makes secrets that fit each other, stay, and are those of one installation', async () => {
    const objects = rendered['as it comes'];
    const held = (service: string) => secret(objects, service);
    const [postgres, buckets, mlflow, gateway] = [held('postgres'), held('buckets'), held('mlflow'), held('gateway')];
    expect(gateway['CAIRN_DATABASE_URL']).toBe(
      `postgres://cairn:${postgres['CAIRN_DATABASE_PASSWORD']}@cairn-postgres/cairn`,
    );
    expect(mlflow['MLFLOW_BACKEND_STORE_URI']).toBe(
      `postgresql+psycopg2://mlflow:${postgres['MLFLOW_DATABASE_PASSWORD']}@cairn-postgres/mlflow`,
    );
    expect(gateway['CAIRN_S3_SECRET_KEY']).toBe(buckets['CAIRN_S3_SECRET_KEY']);
    expect(mlflow['AWS_SECRET_ACCESS_KEY']).toBe(buckets['MLFLOW_S3_SECRET_KEY']);
    for (const service of [gateway, mlflow, buckets]) {
      expect(Object.values(service)).not.toContain(held('minio')['MINIO_ROOT_PASSWORD']);
    }
    const { signingKey, ownerToken } = readConfig(gateway);
    expect(() => readPrivateKey(signingKey)).not.toThrow();
    expect(isToken(ownerToken)).toBe(true);
    const isSecret = ({ kind }: Manifest): boolean => kind === 'Secret';
    for (const { metadata } of objects.filter(isSecret)) {
      expect(metadata.annotations?.['helm.sh/resource-policy']).toBe('keep');
    }
    const others = secret(await render(), 'gateway');
    const elsewhere = JSON.stringify(objects.filter((object) => !isSecret(object)));
    for (const [key, value] of Object.entries(gateway)) {
      if (key === 'CAIRN_S3_ACCESS_KEY') continue;
      expect(value, key).not.toBe(others[key]);
      expect(elsewhere).not.toContain(value);
    }
  });

  test('makes no secret where others do', () => {
    const objects = rendered['with own servers'];
    expect(objects.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(podTemplates(objects).map(([name, { spec }]) => [name, spec.containers[0]?.envFrom])).toEqual([
      ['cairn-gateway', [{ secretRef: { name: 'cairn-settings' } }]],
    ]);
  });

  const settings = (objects: readonly Manifest[]) => {
    const [, { spec }] = podTemplates(objects).find(([name]) => name === 'cairn-gateway')!;
    return Object.fromEntries((spec.containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
  };

  test('gives the gateway settings that it takes', () => {
    const objects = rendered['with engines'];
    const config = readConfig({ ...settings(objects), ...secret(objects, 'gateway') });
    const store = { endpoint: 'http://cairn-minio.cairn.svc:9000', accessKey: 'cairn' };
    const stepAddress = 'http://cairn-gateway.cairn.svc:8080';
    expect(config).toMatchObject({
      mlflowAddress: 'http://cairn-mlflow.cairn.svc:5000',
      objectsBucket: { ...store, bucket: 'cairn-objects' },
      dvcBucket: { ...store, bucket: 'dvc-data' },
      threads: 2,
      maxAoiKm2: 50,
      cluster: { namespace: 'cairn-steps', stepAddress, store: { ...store, bucket: 'cairn-jobs' } },
      graphs: {
        namespace: 'cairn-graphs',
        stepAddress,
        image: `registry.example.org/cairn/serving@sha256:${'0'.repeat(64)}`,
      },
    });
    expect(config.hosts).toEqual(expect.arrayContaining(['cairn.example.org', 'cairn-gateway.cairn.svc']));
    const own = rendered['with own servers'];
    const keys = { CAIRN_S3_ACCESS_KEY: 'a', CAIRN_S3_SECRET_KEY: 'b' };
    expect(readConfig({ ...settings(own), ...keys })).toMatchObject({
      mlflowAddress: 'https://mlflow.example.org',
      dvcBucket: { endpoint: 'https://s3.example.org', region: 'eu-central-1', bucket: 'office-cairn-data' },
      cluster: null,
      graphs: null,
    });
  });

  test('lets nobody set again what it sets, or put a secret into a setting', async () => {
    const all = Object.keys(settings(rendered['with engines'])).filter((name) => name !== 'CAIRN_MAX_AOI_KM2');
    const again = all.flatMap((name) => ['--set-string', `gateway.settings.${name}=x`]);
    const said = await render(...examples['with engines'], ...again).catch((error: unknown) => String(error));
    for (const name of all) expect(said).toContain(name);
    // Where the chart runs no builder, there may be a Docker.
    await render('--set-string', 'gateway.settings.CAIRN_REGISTRY=registry.example.org/cairn');
    for (const name of ['CAIRN_OWNER_PASSWORD', 'CAIRN_OWNER_TOKEN', 'CAIRN_SIGNING_KEY']) {
      await expect(render('--set-string', `gateway.settings.${name}=x`)).rejects.toThrow(
        'everybody who reads the release would see',
      );
    }
  });

  test('tells the gateway how the cluster is reached, by the token that the cluster renews', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cairn-chart-'));
    try {
      const text = find(rendered['with engines'], 'ConfigMap', 'cairn-gateway').data!['kubeconfig']!;
      await writeFile(join(folder, 'ca.crt'), 'authority');
      await writeFile(join(folder, 'token'), 'renewed\n');
      await writeFile(
        join(folder, 'kubeconfig'),
        text.replaceAll('/var/run/secrets/kubernetes.io/serviceaccount', folder),
      );
      const { server, token } = await readKubeconfig(join(folder, 'kubeconfig'));
      expect(server.href).toBe('https://kubernetes.default.svc/');
      expect(await token?.()).toBe('renewed');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('gives the rights of deploy/argo and deploy/seldon and no others, none of them on the whole cluster', async () => {
    const roles = (objects: Manifest[]) =>
      objects.filter(({ kind }) => kind === 'Role').map(({ metadata, rules }) => [metadata.name, rules]);
    const files = await Promise.all(
      ['deploy/argo/namespace.yaml', 'deploy/seldon/namespace.yaml'].map((file) =>
        readFile(join(repository, file), 'utf8'),
      ),
    );
    const told = files.flatMap(manifests);
    const objects = rendered['with engines'];
    expect(roles(objects)).toHaveLength(3);
    expect(roles(objects)).toEqual(expect.arrayContaining(roles(told)));
    for (const { kind, metadata, subjects } of objects) {
      expect(kind).not.toMatch(/^Cluster/);
      if (kind !== 'RoleBinding') continue;
      const who =
        metadata.name === 'cairn-step'
          ? { name: 'cairn-step', namespace: 'cairn-steps' }
          : { name: 'cairn-gateway', namespace: 'cairn' };
      expect(subjects).toEqual([{ kind: 'ServiceAccount', ...who }]);
      expect(metadata.namespace).not.toBe('cairn');
    }
    expect(roles(rendered['as it comes'])).toEqual([]);
  });

  describe('with a builder', () => {
    const builderOf = (objects: readonly Manifest[]) =>
      podTemplates(objects).find(([name]) => name === 'cairn-builder')![1];
    const pem = (objects: readonly Manifest[], namespace: string, key: string): Buffer => {
      const { data } = objects.find(
        ({ kind, metadata }) =>
          kind === 'Secret' && metadata.name === 'cairn-builder' && metadata.namespace === namespace,
      )!;
      return Buffer.from(data![key]!, 'base64');
    };

    test('it runs in a namespace of its own, as a user without rights and without a token of the cluster', async () => {
      const objects = rendered['with engines'];
      const { spec } = builderOf(objects);
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000 },
        containers: [
          {
            image: 'moby/buildkit:v0.34.2-rootless',
            args: ['--config', '/etc/buildkit/buildkitd.toml'],
            securityContext: {
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'], add: ['SETUID', 'SETGID'] },
              seccompProfile: { type: 'Unconfined' },
            },
          },
        ],
      });
      expect(spec.containers[0]!.securityContext).not.toHaveProperty('privileged');
      expect(find(objects, 'Deployment', 'cairn-builder').metadata.namespace).toBe('cairn-builds');
      for (const { kind, metadata } of objects) {
        if (metadata.namespace === 'cairn-builds') expect(kind).not.toMatch(/Role|ServiceAccount/);
      }
      const rooted = await render(...examples['with engines'], '--set', 'builder.rootless=false');
      expect(builderOf(rooted).spec).toMatchObject({
        containers: [{ image: 'moby/buildkit:v0.34.2', securityContext: { privileged: true } }],
      });
      // BuildKit's socket lies there, and what runc writes down: all else of the image cannot be written.
      expect(builderOf(rooted).spec.containers[0]!.volumeMounts).toContainEqual({ name: 'run', mountPath: '/run' });
      const problems = await kubernetesSchemas();
      for (const object of rooted) expect(await problems(object)).toEqual([]);
    });

    test('it and the gateway know each other by certificates of one authority, whose key nobody has', async () => {
      const objects = rendered['with engines'];
      const authority = new X509Certificate(pem(objects, 'cairn', 'ca.pem'));
      expect(pem(objects, 'cairn-builds', 'ca.pem').equals(pem(objects, 'cairn', 'ca.pem'))).toBe(true);
      const server = new X509Certificate(pem(objects, 'cairn-builds', 'cert.pem'));
      const client = new X509Certificate(pem(objects, 'cairn', 'cert.pem'));
      for (const [certificate, namespace] of [
        [server, 'cairn-builds'],
        [client, 'cairn'],
      ] as const) {
        expect(certificate.verify(authority.publicKey)).toBe(true);
        expect(certificate.checkPrivateKey(createPrivateKey(pem(objects, namespace, 'key.pem')))).toBe(true);
      }
      const { buildkit } = readConfig({ ...settings(objects), ...secret(objects, 'gateway') });
      const host = new URL(buildkit!.address).hostname;
      expect(server.checkHost(host)).toBe(host);
      expect(client.checkHost(host)).toBeUndefined();
      const others = await render(...examples['with engines']);
      expect(server.verify(new X509Certificate(pem(others, 'cairn', 'ca.pem')).publicKey)).toBe(false);
      const own = await render(...examples['with engines'], '--set', 'secrets.create=false');
      expect(own.filter(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'cairn-builder')).toEqual([]);
    });

    test('the gateway finds it, where images go, and its credentials', () => {
      const objects = rendered['with engines'];
      const config = readConfig({ ...settings(objects), ...secret(objects, 'gateway') });
      expect(config).toMatchObject({
        registry: 'registry.example.org/cairn/packages',
        buildkit: { address: 'tcp://cairn-builder.cairn-builds.svc:1234', certificates: '/etc/cairn-builder' },
        dockerEnvironment: { DOCKER_CONFIG: '/etc/cairn-registry' },
      });
      const [, { spec }] = podTemplates(objects).find(([name]) => name === 'cairn-gateway')!;
      expect(spec.volumes).toEqual(
        expect.arrayContaining([
          { name: 'builder', secret: { secretName: 'cairn-builder' } },
          {
            name: 'registry',
            secret: { secretName: 'registry-push', items: [{ key: '.dockerconfigjson', path: 'config.json' }] },
          },
        ]),
      );
      const mounted = Object.fromEntries(
        spec.containers[0]!.volumeMounts.map(({ name, mountPath }) => [name, mountPath]),
      );
      expect(mounted).toMatchObject({ builder: '/etc/cairn-builder', registry: '/etc/cairn-registry' });
    });

    test('it asks a certificate of all who come, allows no step more than others, and knows the registries', async () => {
      const toml = (objects: readonly Manifest[]) =>
        find(objects, 'ConfigMap', 'cairn-builder').data!['buildkitd.toml']!;
      const told = toml(rendered['with engines']);
      expect(told).toContain('address = ["unix:///run/user/1000/buildkit/buildkitd.sock", "tcp://0.0.0.0:1234"]');
      expect(told).toContain('ca = "/etc/buildkit-certificates/ca.pem"');
      expect(told).not.toContain('entitlements');
      expect(told).toContain('maxUsedSpace = "30GiB"');
      expect(told).toContain('[registry."docker.io"]\n  mirrors = ["registry.example.org/dockerhub"]\n');
      const registries = 'builder.registries.192\\.0\\.2\\.2:5000';
      const plain = await render(...examples['with engines'], '--set', `${registries}.http=true`);
      expect(toml(plain)).toContain('[registry."192.0.2.2:5000"]\n  http = true\n');
      const configured = (objects: readonly Manifest[]) =>
        builderOf(objects).metadata.annotations!['checksum/configuration'];
      expect(configured(plain)).not.toBe(configured(rendered['with engines']));
    });

    test('only the gateway reaches it, and it reaches no private address that is not named', async () => {
      const named = '{"ipBlock":{"cidr":"10.1.2.3/32"}}';
      const objects = await render(...examples['with engines'], '--set-json', `builder.to=[${named}]`);
      const policy = (of: readonly Manifest[]) =>
        of.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.namespace === 'cairn-builds')!.spec as {
          podSelector: object;
          policyTypes: string[];
          ingress: { from: { podSelector: { matchLabels: object } }[]; ports: object[] }[];
          egress: { to?: { ipBlock?: { cidr: string; except?: string[] } }[]; ports?: object[] }[];
        };
      const { podSelector, policyTypes, ingress, egress } = policy(rendered['with engines']);
      expect([podSelector, policyTypes]).toEqual([{}, ['Ingress', 'Egress']]);
      expect(ingress).toMatchObject([
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cairn' } },
              podSelector: { matchLabels: { 'app.kubernetes.io/component': 'gateway' } },
            },
          ],
          ports: [{ port: 1234 }],
        },
      ]);
      expect(egress[0]!.ports).toHaveLength(2);
      for (const { ipBlock } of egress[1]!.to!) expect(ipBlock!.except!.length).toBeGreaterThan(1);
      expect(egress[1]!.to!.flatMap(({ ipBlock }) => ipBlock!.except!)).toEqual(
        expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7']),
      );
      expect(policy(objects).egress[1]!.to!.at(-1)).toEqual(JSON.parse(named));
    });
  });

  test('lets the database, the store and MLflow be reached by those that need them, and no further', () => {
    const objects = rendered['as it comes'];
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const components = (peers: unknown): string[] =>
      [...JSON.stringify(peers).matchAll(/"app.kubernetes.io\/component":"(\w+)"/g)].map(([, name]) => name!);
    const told = Object.fromEntries(
      policies.map(({ metadata, spec }) => [
        metadata.name,
        { from: components(spec!['ingress']), to: components(spec!['egress']), both: spec!['policyTypes'] },
      ]),
    );
    const both = ['Ingress', 'Egress'];
    expect(told).toEqual({
      'cairn-postgres': { from: ['gateway', 'mlflow'], to: [], both },
      'cairn-minio': { from: ['gateway', 'mlflow', 'buckets'], to: [], both },
      'cairn-mlflow': { from: ['gateway'], to: ['postgres', 'minio'], both },
      'cairn-buckets': { from: [], to: ['minio'], both },
      'cairn-gateway': { from: [], to: [], both },
    });
    const selected = policies.map(({ spec }) => (spec!['podSelector'] as { matchLabels: object }).matchLabels);
    for (const [name, { metadata }] of podTemplates(objects)) {
      const whose = selected.filter((labels) =>
        Object.entries(labels).every(([key, value]) => metadata.labels[key] === value),
      );
      expect([name, whose.length]).toEqual([name, 1]);
    }
  });

  test.each([
    ['postgres.enabled=false', 'secrets.create=false'],
    ['secrets.create=false,minio.enabled=false', 's3.endpoint'],
    ['mlflow.enabled=false', 'mlflow.address'],
    ['seldon.enabled=true', 'images.serving.digest'],
    ['argo.enabled=true,argo.namespace=cairn', 'Name another one'],
    ['argo.enabled=true', 'argo.enabled needs builder.enabled'],
    ['builder.enabled=true', 'builder.registry'],
    ['builder.enabled=true,builder.registry=r.example.org,builder.namespace=cairn', 'Name another one'],
    [
      'builder.enabled=true,builder.registry=r.example.org,argo.enabled=true,argo.namespace=cairn-builds',
      'of a lower pod security',
    ],
    ['builder.registry=https://r.example.org', '/builder/registry'],
    ['builder.registries.docker\\.io.ca=x', "additional properties 'ca' not allowed"],
    ['gateway.ingress.enabled=true,gateway.ingress.host=cairn.example.org', 'gateway.ingress.tlsSecret'],
    ['gateway.ingress.enabled=true', 'gateway.ingress.host'],
    ['gateway.ingress.tlsSecret=mine,gateway.ingress.controllerCertificate=true', 'take one of the two away'],
    ['images.gateway.digest=latest', '/images/gateway/digest'],
    ['gateway.host=cairn.example.org', "additional properties 'host' not allowed"],
  ])('refuses values that do not hold or go together, in words: %s', async (values, words) => {
    await expect(render('--set', values)).rejects.toThrow(words);
  });
});
