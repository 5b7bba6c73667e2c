import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';

const image = `registry.example.org/cairn/serving@sha256:${'a'.repeat(64)}`;
const seldon = {
  CAIRN_GRAPH_BACKEND: 'seldon',
  CAIRN_KUBECONFIG: '/etc/cairn/kubeconfig',
  CAIRN_STEP_ADDRESS: 'https://cairn.example.org',
  CAIRN_SERVING_IMAGE: image,
};

test('graphs run here unless a cluster is told, with all that it takes', () => {
  expect(readConfig({}).graphs).toBeNull();
  expect(readConfig({ ...seldon, CAIRN_THREADS: '4' }).graphs).toMatchObject({
    namespace: 'cairn-graphs',
    executor: true,
    image,
    address: 'http://{service}.{namespace}.svc:{port}',
    threads: 4,
  });
  for (const where of ['CAIRN_KUBECONFIG', 'CAIRN_STEP_ADDRESS', 'CAIRN_SERVING_IMAGE']) {
    expect(() => readConfig({ ...seldon, [where]: '' })).toThrow(where);
  }
});

test.each([
  ['CAIRN_SERVING_IMAGE', 'registry.example.org/cairn/serving:latest'],
  ['CAIRN_GRAPH_ADDRESS', 'http://graphs.example.org'],
  ['CAIRN_GRAPH_ADDRESS', 'ftp://{service}'],
  ['CAIRN_SELDON_CPU', '1.5'],
])('%s cannot be %s', (name, value) => {
  expect(() => readConfig({ ...seldon, [name]: value })).toThrow(name);
});

const store = {
  CAIRN_S3_ENDPOINT: 'http://minio:9000',
  CAIRN_S3_ACCESS_KEY: 'cairn',
  CAIRN_S3_SECRET_KEY: 'of-a-test',
};

test('everything lies in the state folder unless servers are told', () => {
  expect(readConfig({})).toMatchObject({
    databaseUrl: '',
    mlflowAddress: '',
    objectsBucket: null,
    dvcBucket: null,
    hosts: [],
  });
  const access = { endpoint: 'http://minio:9000', region: 'us-east-1', accessKey: 'cairn', secretKey: 'of-a-test' };
  expect(
    readConfig({
      ...store,
      CAIRN_DATABASE_URL: 'postgres://cairn:secret@postgres/cairn',
      CAIRN_MLFLOW_ADDRESS: 'http://mlflow:5000',
      CAIRN_OBJECTS_BUCKET: 'cairn-objects',
      CAIRN_DVC_BUCKET: 'dvc-data',
      CAIRN_HOSTS: 'cairn.example.org, gateway',
    }),
  ).toMatchObject({
    databaseUrl: 'postgres://cairn:secret@postgres/cairn',
    mlflowAddress: 'http://mlflow:5000',
    objectsBucket: { ...access, bucket: 'cairn-objects' },
    dvcBucket: { ...access, bucket: 'dvc-data' },
    hosts: ['cairn.example.org', 'gateway'],
  });
});

test.each(['CAIRN_OBJECTS_BUCKET', 'CAIRN_DVC_BUCKET'])('%s needs the store and its keys', (bucket) => {
  for (const missing of Object.keys(store)) {
    expect(() => readConfig({ ...store, [bucket]: 'of-a-test', [missing]: '' })).toThrow(missing);
  }
});

test.each([
  ['CAIRN_DATABASE_URL', 'mysql://cairn@db/cairn'],
  ['CAIRN_MLFLOW_ADDRESS', 'http://mlflow:5000/'],
  ['CAIRN_OWNER_PASSWORD', 'short'],
  ['CAIRN_HOSTS', 'cairn.example.org:8080'],
])('the setting %s cannot be %s', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(name);
});

test('token and key of the gateways of one database come together, and say no more of themselves', () => {
  const token = `cairn_${'A'.repeat(43)}`;
  const key = '-----BEGIN EC PRIVATE KEY-----of-a-test-----END EC PRIVATE KEY-----';
  expect(readConfig({ CAIRN_OWNER_TOKEN: token, CAIRN_SIGNING_KEY: key })).toMatchObject({
    ownerToken: token,
    signingKey: key,
  });
  expect(() => readConfig({ CAIRN_OWNER_TOKEN: token })).toThrow('CAIRN_SIGNING_KEY');
  expect(() => readConfig({ CAIRN_SIGNING_KEY: key })).toThrow('CAIRN_OWNER_TOKEN');
  for (const [name, value] of Object.entries({ CAIRN_OWNER_TOKEN: 'cairn_secret', CAIRN_SIGNING_KEY: 'secret' })) {
    const refused = () => readConfig({ [name]: value });
    expect(refused).toThrow(name);
    expect(refused).not.toThrow('secret');
  }
});

test('docker builds images, or a daemon of BuildKit that knows who asks', () => {
  expect(readConfig({}).buildkit).toBeNull();
  const buildkit = {
    CAIRN_BUILDER: 'buildkit',
    CAIRN_BUILDKIT_ADDRESS: 'tcp://builder.example.org:1234',
    CAIRN_BUILDKIT_CERTIFICATES: '/etc/cairn/builder',
  };
  expect(readConfig(buildkit).buildkit).toEqual({
    address: 'tcp://builder.example.org:1234',
    certificates: '/etc/cairn/builder',
  });
  const socket = { CAIRN_BUILDKIT_ADDRESS: 'unix:///run/buildkit/buildkitd.sock', CAIRN_BUILDKIT_CERTIFICATES: '' };
  expect(readConfig({ ...buildkit, ...socket }).buildkit).toEqual({
    address: 'unix:///run/buildkit/buildkitd.sock',
    certificates: '',
  });
  for (const where of ['CAIRN_BUILDKIT_ADDRESS', 'CAIRN_BUILDKIT_CERTIFICATES']) {
    expect(() => readConfig({ ...buildkit, [where]: '' })).toThrow(where);
  }
  expect(() => readConfig({ ...buildkit, CAIRN_BUILDKIT_ADDRESS: 'http://builder.example.org:1234' })).toThrow(
    'CAIRN_BUILDKIT_ADDRESS',
  );
});
