import type { Digest } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import type { MlflowClient } from '../../registry/mlflow/client.ts';
import { versionSubject } from '../../registry/version-row.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { Check, Finding } from '../finding.ts';
import { isSound } from '../stored-bytes.ts';
import { wayBack } from './run-bytes.ts';

interface File {
  model: string;
  version: number;
  run_id: string;
  path: string;
  digest: Digest;
}

/** Cards and pictures of versions, which their items point to, whose bytes are gone or changed in the object store. */
export function versionFilesCheck(parts: { database: Database; objects: ObjectStore; mlflow: MlflowClient }): Check {
  return {
    name: 'cards and pictures',
    look: async (deep) => {
      const files = await parts.database.query<File>(
        `select model, version, run_id, f.key as path, f.value->>'digest' as digest
         from cairn.version, jsonb_each(files) as f order by model, version, f.key`,
      );
      const findings: Finding[] = [];
      for (const file of files) {
        if (await isSound(parts.objects, file.digest, deep)) continue;
        const what = `The bytes of ${file.path} (${file.digest}), which the version's item names, are gone or changed.`;
        findings.push({ what, where: versionSubject(file), ...(await wayBack(file, parts, otherwise)) });
      }
      return findings;
    },
  };
}

const otherwise = 'Restore objects/ in the state folder from a backup, or upload the file again.';
