import { digestOf } from '@cairn/receipt';
import type { Digest } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import type { MlflowClient } from '../../registry/mlflow/client.ts';
import { weightsPath } from '../../registry/package/shipped.ts';
import { versionSubject } from '../../registry/version-row.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { Check, Finding } from '../finding.ts';
import { isSound } from '../stored-bytes.ts';

interface Version {
  model: string;
  version: number;
  weights_digest: Digest;
  run_id: string;
}

interface Parts {
  database: Database;
  objects: ObjectStore;
  mlflow: MlflowClient;
}

/** Versions whose weights are gone or changed in the object store. Their run in MLflow holds the same bytes. */
export function weightsCheck(parts: Parts): Check {
  return {
    name: 'weights',
    look: async (deep) => {
      const versions = await parts.database.query<Version>(
        'select model, version, weights_digest, run_id from cairn.version order by model, version',
      );
      const findings: Finding[] = [];
      for (const version of versions) {
        if (await isSound(parts.objects, version.weights_digest, deep)) continue;
        const what = `The weights of the version (${version.weights_digest}) are gone or changed.`;
        findings.push({ what, where: versionSubject(version), ...(await wayOut(version, parts)) });
      }
      return findings;
    },
  };
}

async function wayOut(version: Version, { objects, mlflow }: Parts): Promise<Pick<Finding, 'action' | 'mend'>> {
  const run = await mlflow.findRunById(version.run_id);
  const bytes = run === null ? null : await mlflow.downloadArtifact(run, weightsPath);
  if (bytes !== null && digestOf(bytes) === version.weights_digest) {
    return {
      action: `They are taken from the run ${version.run_id} in MLflow, which holds the same bytes.`,
      mend: async () => {
        await objects.put(bytes, version.weights_digest);
      },
    };
  }
  return {
    action: 'Restore objects/ in the state folder from a backup, or upload the file again; else archive the version.',
  };
}
