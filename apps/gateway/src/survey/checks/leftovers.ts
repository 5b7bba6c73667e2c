import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../db/database.ts';
import type { Check, Finding } from '../finding.ts';
import { OpenJobs } from '../open-jobs.ts';

/** An upload that brings nothing for so long has lost its sender. */
const patienceMs = 60 * 60 * 1000;

/** Work folders of jobs that have ended, and uploads that were never completed. */
export function leftoversCheck(parts: { database: Database; workFolder: string; uploadFolder: string }): Check {
  return {
    name: 'leftovers',
    look: async () => [...(await workFolders(parts)), ...(await uploads(parts))],
  };
}

async function workFolders(parts: { database: Database; workFolder: string }): Promise<Finding[]> {
  const entries = await readdir(parts.workFolder, { withFileTypes: true });
  const open = await OpenJobs.read(parts.database);
  return entries
    .filter((entry) => entry.isDirectory() && !open.has(entry.name))
    .map(({ name }) => {
      const folder = join(parts.workFolder, name);
      return {
        what: `The work folder of the job ${name} is there, though the job has ended.`,
        where: folder,
        action: 'The folder is removed; the log of the job stays.',
        mend: () => rm(folder, { recursive: true, force: true }),
      };
    });
}

async function uploads({ uploadFolder }: { uploadFolder: string }): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of await readdir(uploadFolder).catch(() => [])) {
    const file = join(uploadFolder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < patienceMs) continue;
    findings.push({
      what: `${found.size} bytes of an upload that was never completed.`,
      where: file,
      action: 'The file is removed.',
      mend: () => rm(file, { force: true }),
    });
  }
  return findings;
}
