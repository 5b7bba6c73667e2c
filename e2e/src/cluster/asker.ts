import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, Pod } from './cluster.ts';

/** What became of the requests of an asker. */
export interface Answers {
  answered: number;
  /** In words: a status that is no success, or how the connection failed. */
  failed: string[];
}

/** Runs in a pod: asks every tenth of a second, by a connection of its own, and tells what came of it once it is to end. */
const program = `
  const [answered, failed] = [[], []];
  process.on('SIGTERM', () => {
    console.log(JSON.stringify({ answered: answered.length, failed }));
    process.exit(0);
  });
  for (;;) {
    await fetch(process.env.ADDRESS, { headers: { authorization: process.env.TOKEN, connection: 'close' } }).then(
      async (answer) => {
        await answer.arrayBuffer();
        (answer.ok ? answered : failed).push('status ' + answer.status);
      },
      (error) => failed.push(String(error.cause ?? error)),
    );
    await new Promise((done) => setTimeout(done, 100));
  }`;

/** Asks the gateway's Service for the catalogue, from a pod in its namespace, until what comes back is called. */
export async function ask(cluster: Cluster): Promise<() => Promise<Answers>> {
  const name = `${cluster.release}-asker`;
  const inRelease = (...words: string[]) => cluster.kubectl('-n', cluster.release, ...words);
  const selector = cluster.selector('gateway');
  const [gateway] = await cluster.list<Pick<Pod, 'spec'>>('pods', cluster.release, selector);
  const { image } = gateway!.spec.containers[0]!;
  const env = {
    ADDRESS: `http://${cluster.nameOf('gateway')}:8080/stac/collections`,
    TOKEN: `Bearer ${cluster.token}`,
  };
  const container = {
    ...{ name, image, command: ['node', '--input-type=module', '--eval', program] },
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    securityContext: {
      ...{ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
      ...{ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    },
  };
  await inRelease('delete', 'pod', name, '--ignore-not-found');
  const overrides = JSON.stringify({ spec: { containers: [container] } });
  await inRelease('run', name, '--image', image, '--restart=Never', '--overrides', overrides);
  await inRelease('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=3m');
  return async () => {
    await inRelease('exec', name, '--', 'node', '--eval', 'process.kill(1)');
    let text = '';
    while (!text.endsWith('}\n')) {
      await pause(500);
      text = await inRelease('logs', name);
    }
    await inRelease('delete', 'pod', name, '--wait=false');
    return JSON.parse(text) as Answers;
  };
}
