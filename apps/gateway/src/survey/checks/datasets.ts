import { createHash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { DvcRemote } from '../../data/remote/dvc-remote.ts';
import type { Database } from '../../db/database.ts';
import { together } from '../../storage/together.ts';
import type { Check, Finding } from '../finding.ts';

/** Versions of datasets whose pinned content is not whole in the DVC remote, or whose pointer the history of data lacks. */
export function datasetsCheck({ database, remote }: { database: Database; remote: DvcRemote }): Check {
  return {
    name: 'datasets',
    look: async (deep) => {
      const rows = await database.query<{ id: string; md5: string }>(
        `select id, content->'properties'->>'cairn:dvc_md5' as md5 from pgstac.items where collection = 'datasets'
         union select dataset, dvc_md5 from cairn.dataset_version order by 1, 2`,
      );
      const findings = await unknownCommits(database);
      // Versions share most of what they pin; a bucket is asked about each once.
      const known = new Map<string, Promise<boolean>>();
      const holds = (one: string): Promise<boolean> => {
        const held = known.get(one) ?? isHeld(remote, one, deep);
        known.set(one, held);
        return held;
      };
      for (const { id, md5 } of rows) {
        const lost = await missingObjects(remote, md5, holds);
        if (lost.length === 0) continue;
        findings.push({
          what: `Of the content that DVC pins (${md5}), ${lost.length} objects are gone or changed, ${lost[0]} for one.`,
          where: `dataset:${id}`,
          action:
            'Run "dvc push" in data/ of the state folder, which brings what its cache still holds; else restore the remote (dvc-remote/, or the bucket) from a backup.',
        });
      }
      return findings;
    },
  };
}

/**
 * Versions that no gateway can bring, since no history holds their commit. Until a first entry is there, the history lies in a
 * folder that is not looked at.
 */
async function unknownCommits(database: Database): Promise<Finding[]> {
  const rows = await database.query<{ dataset: string; version: number; commit: string }>(
    `select dataset, version, commit from cairn.dataset_version v
     where exists (select from cairn.data_history)
       and not exists (select from cairn.data_history h where v.commit = any (h.commits)) order by dataset, version`,
  );
  return rows.map(({ dataset, version, commit }) => ({
    what: `The history of the data repository lacks the commit ${commit} of version ${version}.`,
    where: `dataset:${dataset}`,
    action: 'Restore the database, or data/ of the state folder, from a backup that has it.',
  }));
}

/** Objects, by their MD5, that a remote does not hold as they should be: the one of a file, or the list and all it names. */
async function missingObjects(
  remote: DvcRemote,
  md5: string,
  holds: (md5: string) => Promise<boolean>,
): Promise<string[]> {
  if (!(await holds(md5))) return [md5];
  if (!md5.endsWith('.dir')) return [];
  const listed = await entries(remote, md5);
  const held = await together(listed, holds);
  return listed.filter((_, at) => !held[at]);
}

async function entries(remote: DvcRemote, md5: string): Promise<string[]> {
  const source = await remote.open(md5);
  const list = JSON.parse(source === undefined ? '[]' : await text(source)) as { md5: string }[];
  return list.map((entry) => entry.md5);
}

async function isHeld(remote: DvcRemote, md5: string, deep: boolean): Promise<boolean> {
  // The list of a folder is small, and everything else hangs on it.
  if (!deep && !md5.endsWith('.dir')) return remote.has(md5);
  const source = await remote.open(md5);
  if (source === undefined) return false;
  const hash = createHash('md5');
  await pipeline(source, hash);
  return hash.digest('hex') === md5.replace(/\.dir$/, '');
}
