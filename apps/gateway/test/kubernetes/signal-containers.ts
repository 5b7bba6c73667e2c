import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What of a pod is asked for here. */
export interface PodOnNode {
  metadata: { name: string };
  spec: { nodeName: string };
  status: { containerStatuses?: { name: string; containerID?: string }[] };
}

/**
 * Sends a signal to every process of a pod's containers, as the node's kernel may. From inside the first process of a container gets the
 * signals that it takes and no others, so a pod on that node does it, which sees the node's processes.
 * @param names of the containers; left out: all.
 * @param image any with a shell that the node has.
 */
export async function signalContainers(
  pod: PodOnNode,
  signal: 'KILL' | 'STOP' | 'CONT',
  image: string,
  names?: readonly string[],
): Promise<void> {
  const { metadata, spec, status } = pod;
  const ids = (status.containerStatuses ?? [])
    .filter((one) => names?.includes(one.name) !== false)
    .map(({ containerID }) => containerID!.replace(/^.*\/\//, ''));
  const script = `for one in /proc/[0-9]*; do
    grep -qE '${ids.join('|')}' $one/cgroup 2>/dev/null && kill -${signal} \${one#/proc/}
  done; true`;
  const name = `cairn-test-${signal.toLowerCase()}-${metadata.name.slice(-10)}-${ids[0]!.slice(0, 8)}`;
  const container = { name, image, command: ['sh', '-c', script], securityContext: { runAsUser: 0 } };
  const overrides = { spec: { nodeName: spec.nodeName, hostPID: true, containers: [container] } };
  await promisify(execFile)('kubectl', [
    ...['--namespace', 'kube-system', 'run', name, '--image', image, '--restart=Never', '--rm', '--attach', '--quiet'],
    ...['--overrides', JSON.stringify(overrides)],
  ]);
}
