import type { Digest, FileSet } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import { tarOf } from '../../storage/tar.ts';
import type { Check, Finding } from '../finding.ts';
import { isSound } from '../stored-bytes.ts';

/** Revisions of packages whose archive is gone or changed. The same files give the same archive. */
export function archivesCheck({ database, objects }: { database: Database; objects: ObjectStore }): Check {
  return {
    name: 'archives',
    look: async (deep) => {
      const rows = await database.query<{ model: string; number: number; archive: Digest; files: FileSet }>(
        'select model, number, archive, files from cairn.revision where archive is not null order by model, number',
      );
      const findings: Finding[] = [];
      for (const { model, number, archive, files } of rows) {
        if (await isSound(objects, archive, deep)) continue;
        findings.push({
          what: `The archive of revision ${number} (${archive}) is gone or changed.`,
          where: `model:${model}`,
          action: 'It is written again from the stored files of the revision.',
          mend: async () => {
            await objects.put(tarOf(files, objects), archive);
          },
        });
      }
      return findings;
    },
  };
}
