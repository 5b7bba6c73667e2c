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
