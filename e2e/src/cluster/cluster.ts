import { signalContainers } from '../../../apps/gateway/test/kubernetes/signal-containers.ts';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What of a pod the tests look at. */
export interface Pod {
  metadata: { name: string };
  spec: { nodeName: string; containers: { name: string; image: string }[] };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { name: string; imageID: string; containerID?: string; state?: { running?: object } }[];
  };
}

/** A release of the chart on a cluster, as tools/test-workflows.sh tells of it, seen by the rights of whoever installed it. */
export class Cluster {
  /** Of the release, and the namespace that it is in. */
  readonly release: string;
  readonly address: string;
  readonly token: string;
  /** Namespace of the steps of packages. */
  readonly steps: string;
  /** Namespace of the graphs. */
  readonly graphs: string;

  private constructor(release: string, address: string, token: string) {
    this.release = release;
    this.address = address;
    this.token = token;
    this.steps = `${release}-steps`;
    this.graphs = `${release}-graphs`;
  }

  /** The one that the tests are told of; undefined where they are told of none. */
  static told(): Cluster | undefined {
    const { CAIRN_TEST_RELEASE: release, CAIRN_ADDRESS: address, CAIRN_TOKEN: token } = process.env;
    return release === undefined || address === undefined || token === undefined
      ? undefined
      : new Cluster(release, address, token);
  }

  /** Runs kubectl; answers what it wrote. */
  async kubectl(...words: string[]): Promise<string> {
    return (await run('kubectl', words, { maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** Objects of a namespace, by a selector of labels. */
  async list<T>(kind: string, namespace: string, selector: string): Promise<T[]> {
    const text = await this.kubectl('-n', namespace, 'get', kind, '-l', selector, '-o', 'json');
    return (JSON.parse(text) as { items: T[] }).items;
  }

  /** The pods of a job's steps whose package runs. */
  async stepsOf(job: string): Promise<Pod[]> {
    const pods = await this.list<Pod>('pods', this.steps, `workflows.argoproj.io/workflow=cairn-${job}`);
    return pods.filter((pod) => isRunning(pod, 'main'));
  }

  /** The pods of graphs that answer. */
  async graphsReady(): Promise<Pod[]> {
    const pods = await this.list<Pod>('pods', this.graphs, 'seldon-deployment-id');
    return pods.filter(isReady);
  }

  /** Keeps the graphs that answer from doing so, until what comes back is called. */
  async holdGraphs(): Promise<() => Promise<void>> {
    const pods = await this.graphsReady();
    const all = async (signal: 'STOP' | 'CONT'): Promise<void> => {
      await Promise.all(pods.map((pod) => signalContainers(pod, signal, pod.spec.containers[0]!.image)));
    };
    await all('STOP');
    return () => all('CONT');
  }

  /** Selects what belongs to a service of the release. */
  selector(service: string): string {
    return `app.kubernetes.io/instance=${this.release},app.kubernetes.io/component=${service}`;
  }

  /** Ends pods as a node that goes down would: they get a second. */
  async kill(namespace: string, ...pods: Pod[]): Promise<void> {
    const names = pods.map(({ metadata }) => metadata.name);
    await this.kubectl('-n', namespace, 'delete', 'pod', '--grace-period=1', ...names);
  }

  /** Ends all pods of services of the release. */
  async killServices(...names: string[]): Promise<void> {
    const selector = `app.kubernetes.io/instance=${this.release},app.kubernetes.io/component in (${names.join(',')})`;
    await this.kubectl('-n', this.release, 'delete', 'pod', '--grace-period=1', '-l', selector);
  }

  /** Upgrades the release to its chart as it lies here, with other values of Cairn; ends when the cluster has taken them. */
  async upgrade(values: Record<string, string>): Promise<void> {
    const { CAIRN_TEST_UPGRADE: command = '', CAIRN_TEST_OF_CAIRN: prefix = '' } = process.env;
    const all = Object.entries(values).map(([name, value]) => `--set-string '${prefix}${name}=${value}'`);
    await run('sh', ['-c', [command, ...all].join(' ')]);
  }

  /** Waits until a service of the release is as many pods as it should be, and all answer. */
  async whole(service: string): Promise<void> {
    const kind = service === 'mlflow' ? 'deployment' : 'statefulset';
    await this.kubectl(
      ...['-n', this.release, 'rollout', 'status', `${kind}/${this.nameOf(service)}`, '--timeout=10m'],
    );
  }

  /** The name of a service's objects. */
  nameOf(service: string): string {
    return `${this.release}-${service}`;
  }
}

/** Whether a container of a pod runs. */
function isRunning({ status }: Pod, container: string): boolean {
  return (
    status.containerStatuses?.some(({ name, state }) => name === container && state?.running !== undefined) === true
  );
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}
