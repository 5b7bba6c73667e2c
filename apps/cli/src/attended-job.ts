import type { CairnClient, ProcessId, ProcessInput, ProcessResult } from '@cairn/contracts';
import type { Surroundings } from './command.ts';

/** Starts a job that somebody waits for: where the command is interrupted, the job is cancelled. Answers its id. */
export async function startAttended<P extends ProcessId>(
  client: CairnClient,
  process: P,
  inputs: ProcessInput<P>,
  signal: AbortSignal,
): Promise<string> {
  const { jobID } = await client.execute(process, inputs);
  signal.addEventListener('abort', () => void client.dismiss(jobID).catch(() => undefined), { once: true });
  return jobID;
}

/** Starts such a job and waits for its result. @param words what it does, as its progress is told. */
export async function attended<P extends ProcessId>(
  client: CairnClient,
  process: P,
  inputs: ProcessInput<P>,
  words: string,
  { output, signal }: Pick<Surroundings, 'output' | 'signal'>,
): Promise<ProcessResult<P>> {
  const id = await startAttended(client, process, inputs, signal);
  return client.wait(process, id, output.job(words), signal);
}
