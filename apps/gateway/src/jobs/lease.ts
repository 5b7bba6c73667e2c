/** A gateway's hold on a job that runs: the gateway's name, and which attempt of the job it makes. Whoever takes the job up has another. */
export interface Lease {
  jobId: string;
  owner: string;
  attempt: number;
}

/**
 * The parameters `$1` to `$3` of `held`.
 */
export function parametersOf({ jobId, owner, attempt }: Lease): [string, string, number] {
  return [jobId, owner, attempt];
}

/**
 * The id of a job whose lease holds, locked until the transaction ends: whoever takes the job up comes behind what was written for it.
 * No row where the job has ended, or runs elsewhere or again. For statements that write as the holder of the lease `$1`, `$2`, `$3`.
 */
export const held = `select id from cairn.job
  where id = $1 and lease_owner = $2 and attempt = $3 and status = 'running' for share`;
