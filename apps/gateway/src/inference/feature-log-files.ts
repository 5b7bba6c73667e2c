import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const ending = '.features';

/** How long the log of a job's buildings is kept for those who still read it; then there is the prediction's file alone. */
const keptMs = 24 * 3600 * 1000;

/** Where the buildings of a job lie in the order in which it found them: beside its work folder. */
export function featureLogFile(workFolder: string, jobId: string): string {
  return join(workFolder, `${jobId}${ending}`);
}

/** Deletes the logs of buildings to which nothing was added for a day: their jobs have ended. */
export async function dropOldLogs(workFolder: string, now = Date.now()): Promise<void> {
  for (const name of await readdir(workFolder)) {
    if (!name.endsWith(ending)) continue;
    const file = join(workFolder, name);
    const age = now - ((await stat(file).catch(() => null))?.mtimeMs ?? now);
    if (age > keptMs) await rm(file, { force: true });
  }
}
