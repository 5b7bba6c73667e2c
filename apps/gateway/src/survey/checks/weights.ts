import type { Digest } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import type { MlflowClient } from '../../registry/mlflow/client.ts';
import { weightsPath } from '../../registry/package/shipped.ts';
import { versionSubject } from '../../registry/version-row.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { Check, Finding } from '../finding.ts';
import { isSound } from '../stored-bytes.ts';
import { wayBack } from './run-bytes.ts';

interface Version {
  model: string;
  version: number;
  weights_digest: Digest;
  run_id: string;
}

/** Versions whose weights are gone or changed in the object store. Their run in MLflow holds the same bytes. */
export function weightsCheck(parts: { database: Database; objects: ObjectStore; mlflow: MlflowClient }): Check {
  return {
    name: 'weights',
    look: async (deep) => {
      const versions = await parts.database.query<Version>(
        'select model, version, weights_digest, run_id from cairn.version order by model, version',
      );
      const findings: Finding[] = [];
      for (const version of versions) {
        const { weights_digest: digest, run_id } = version;
        if (await isSound(parts.objects, digest, deep)) continue;
        const what = `The weights of the version (${digest}) are gone or changed.`;
        const way = await wayBack({ run_id, path: weightsPath, digest }, parts, otherwise);
        findings.push({ what, where: versionSubject(version), ...way });
      }
      return findings;
    },
  };
}

const otherwise =
  'Restore objects/ in the state folder from a backup, or upload the file again; else archive the version.';
