import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Database } from '../../db/database.ts';
import type { Check, Finding } from '../finding.ts';

/** Versions of datasets whose pinned content is not whole in the DVC remote. */
export function datasetsCheck({ database, remote }: { database: Database; remote: string }): Check {
  return {
    name: 'datasets',
    look: async (deep) => {
      const rows = await database.query<{ id: string; md5: string }>(
        `select id, content->'properties'->>'cairn:dvc_md5' as md5 from pgstac.items where collection = 'datasets'
         union select dataset, dvc_md5 from cairn.dataset_version order by 1, 2`,
      );
      const findings: Finding[] = [];
      for (const { id, md5 } of rows) {
        const lost = await missingObjects(remote, md5, deep);
        if (lost.length === 0) continue;
        findings.push({
          what: `Of the content that DVC pins (${md5}), ${lost.length} objects are gone or changed, ${lost[0]} for one.`,
          where: `dataset:${id}`,
          action:
            'Run "dvc push" in data/ of the state folder, which brings what its cache still holds; else restore dvc-remote/ from a backup.',
        });
      }
      return findings;
    },
  };
}

/** Objects, by their MD5, that a remote does not hold as they should be: the one of a file, or the list and all it names. */
async function missingObjects(remote: string, md5: string, deep: boolean): Promise<string[]> {
  if (!(await isHeld(remote, md5, deep))) return [md5];
  if (!md5.endsWith('.dir')) return [];
  const lost: string[] = [];
  for (const entry of await entries(remote, md5)) {
    if (!(await isHeld(remote, entry, deep))) lost.push(entry);
  }
  return lost;
}

async function entries(remote: string, md5: string): Promise<string[]> {
  const list = JSON.parse(await readFile(pathOf(remote, md5), 'utf8')) as { md5: string }[];
  return list.map((entry) => entry.md5);
}

async function isHeld(remote: string, md5: string, deep: boolean): Promise<boolean> {
  const path = pathOf(remote, md5);
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) return false;
  // The list of a folder is small, and everything else hangs on it.
  if (!deep && !md5.endsWith('.dir')) return true;
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === md5.replace(/\.dir$/, '');
}

function pathOf(remote: string, md5: string): string {
  return join(remote, 'files', 'md5', md5.slice(0, 2), md5.slice(2));
}
