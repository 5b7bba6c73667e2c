import type { SeldonSettings } from '../../src/inference/backend/seldon/deployment.ts';

/** How an installation of the tests has its graphs rendered. */
export const seldonSettings: SeldonSettings = {
  namespace: 'cairn',
  image: `registry.example.org/cairn/serving@sha256:${'b'.repeat(64)}`,
  registry: 'https://cairn.example.org/mlflow',
  token: { name: 'cairn-registry', key: 'token' },
  owner: 'c'.repeat(16),
  executor: true,
  threads: 0,
  cpu: '',
};
