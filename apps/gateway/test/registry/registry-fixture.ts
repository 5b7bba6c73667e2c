import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { digestHex, digestOf, generateKey, writePrivateKey, writePublicKey } from '@cairn/receipt';
import { DataHistory } from '../../src/data/history.ts';
import { DataRepository } from '../../src/data/repository.ts';
import { FolderRemote } from '../../src/data/remote/folder-remote.ts';
import type { Database } from '../../src/db/database.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { Tokens } from '../../src/identity/tokens.ts';
import { Receipts } from '../../src/receipts/receipts.ts';
import { Approvals } from '../../src/registry/approval.ts';
import { MlflowClient } from '../../src/registry/mlflow/client.ts';
import type { MlflowAddress } from '../../src/registry/mlflow/transport.ts';
import { buildings } from '../../src/registry/network-output.ts';
import { Outbox } from '../../src/registry/outbox.ts';
import { GitHosts } from '../../src/registry/package/git-hosts.ts';
import { GitPackages } from '../../src/registry/package/git-source.ts';
import { writeRevision } from '../../src/registry/package/revision.ts';
import { versionSubjects } from '../../src/registry/receipt-facts.ts';
import { type NewVersion, type VersionRow, versionId, versionSubject } from '../../src/registry/version-row.ts';
import { Versions } from '../../src/registry/versions.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { Trials } from '../../src/training/trials.ts';
import { openTestDatabase } from '../db/template.ts';
import { quietLogger } from './quiet.ts';

/** The single owner of a laptop. */
export const owner: Actor = { id: 'owner', roles: ['mapper', 'scientist', 'approver', 'administrator'] };
/** Somebody else who may approve. */
export const approver: Actor = { id: 'devi', roles: ['approver'] };

/** An MLflow that cannot be had. */
export const noMlflow: MlflowAddress = {
  ensure: () => Promise.reject(new CairnError('mlflow-unavailable', 'MLflow is down in this test.')),
  lost: () => Promise.resolve(),
};

const environment = { PATH: process.env.PATH ?? '' };

/** The registry on a real database and a real object store. */
export interface RegistryParts {
  database: Database;
  objects: ObjectStore;
  receipts: Receipts;
  versions: Versions;
  outbox: Outbox;
  mlflow: MlflowClient;
  /** Fetches from public hosts only. */
  gitPackages: GitPackages;
  /** Cannot run anything. */
  trials: Trials;
  approvals: Approvals;
  /** Registers a version as its training would, with weights of these bytes. */
  propose: (model: string, version: number, weights?: string) => Promise<VersionRow>;
  /** Brings a version into production by somebody else than its author. */
  approve: (model: string, version: number) => Promise<void>;
}

/** A registry with a database and a folder of its own, which go when it is closed. */
export interface TestRegistry extends RegistryParts {
  home: string;
  close: () => Promise<void>;
}

export async function openRegistry(mlflow?: MlflowAddress): Promise<TestRegistry> {
  const home = await mkdtemp(join(tmpdir(), 'cairn-registry-'));
  const database = await openTestDatabase();
  const registry = registryOn(database, home, mlflow);
  return {
    ...registry,
    home,
    close: async () => {
      await registry.outbox.stop();
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The registry on a database that the caller opened, with its objects below a folder of the caller. */
export function registryOn(database: Database, home: string, mlflow: MlflowAddress = noMlflow): RegistryParts {
  const objects = new ObjectStore({ root: join(home, 'objects') });
  const key = generateKey();
  const keys = { privateKeyPem: writePrivateKey(key), publicKeyPem: writePublicKey(key.publicKey) };
  const receipts = new Receipts({ keys });
  const versions = new Versions({ database });
  const client = new MlflowClient({ server: mlflow });
  const outbox = new Outbox({ database, mlflow: client, logger: quietLogger() });
  const approvals = new Approvals({ database, versions, receipts, objects, outbox });
  const workFolder = join(home, 'jobs');
  const children = new Children({
    runFolder: join(home, 'run'),
    logFolder: join(home, 'logs'),
    environment,
    logger: quietLogger(),
  });
  return {
    database,
    objects,
    receipts,
    versions,
    outbox,
    mlflow: client,
    trials: new Trials({
      database,
      objects,
      mlflow: client,
      tokens: new Tokens({ database }),
      repository: new DataRepository({
        folder: join(home, 'data'),
        remote: new FolderRemote({ folder: join(home, 'dvc-remote') }),
        history: new DataHistory({ database }),
        tools: home,
        environment,
        children,
      }),
      runner: {
        outside: null,
        run: () => Promise.reject(new CairnError('tools-missing', 'There is no runner in this test.')),
      },
      address: () => '',
      workFolder,
    }),
    gitPackages: new GitPackages({
      objects,
      children,
      environment,
      hosts: new GitHosts({ allowed: [], proxied: false }),
      workFolder,
      limit: 64 * 1024 * 1024,
    }),
    approvals,
    propose: async (model, version, weights = `weights of ${model}/${version}`) => {
      const { digest } = await objects.put(new TextEncoder().encode(weights));
      return database.transaction(async (tx) => {
        const registration = await register(receipts, tx, model);
        const row = { ...described(model, version), weights_digest: digest };
        const receipt = await issueImport(receipts, tx, row, registration);
        return versions.propose(tx, { ...row, receipt }, owner);
      });
    },
    approve: async (model, version) => {
      await approvals.changeStage(model, version, { to: 'production', reason: 'Looks right.' }, approver);
    },
  };
}

type Tx = Parameters<Receipts['issue']>[0];
const packageDigest = digestOf('package');
const lock = digestOf('lock');

async function register(receipts: Receipts, tx: Tx, model: string): Promise<string> {
  const { digest } = await receipts.issue(tx, {
    kind: 'registration',
    subject: `model:${model}`,
    facts: {
      model: { value: model, known: 'witnessed' },
      codeCommit: { value: { commit: null, path: '', reason: 'a test' }, known: 'witnessed' },
      packageDigest: { value: packageDigest, known: 'witnessed' },
      environmentDigest: { value: lock, known: 'witnessed' },
    },
    subjects: [{ name: model, digest: { sha256: digestHex(packageDigest) } }],
    upstream: [],
  });
  const revision = { model, package_digest: packageDigest, files: [], commit: null, environment_digest: lock };
  await writeRevision(tx, { ...revision, receipt: digest });
  return digest;
}

async function issueImport(
  receipts: Receipts,
  tx: Tx,
  row: Omit<NewVersion, 'receipt'>,
  registration: string,
): Promise<string> {
  const { digest } = await receipts.issue(tx, {
    kind: 'import',
    subject: versionSubject(row),
    facts: {
      model: { value: row.model, known: 'witnessed' },
      version: { value: versionId(row), known: 'witnessed' },
      packageDigest: { value: packageDigest, known: 'witnessed' },
      weightsDigest: { value: row.weights_digest as `sha256:${string}`, known: 'witnessed' },
      environmentDigest: { value: lock, known: 'imported' },
      mlflowRun: { value: row.run_id, known: 'imported' },
      datasetDigest: { value: { digest: digestOf('data'), dvcMd5: null }, known: 'imported' },
      parameters: { value: { steps: 1 }, known: 'imported' },
    },
    subjects: versionSubjects(row),
    upstream: [registration],
  });
  return digest;
}

function described(model: string, version: number): Omit<NewVersion, 'receipt' | 'weights_digest'> {
  return {
    model,
    version,
    name: `v${version}`,
    title: `Version ${version}`,
    package_digest: packageDigest,
    environment_digest: lock,
    commit: null,
    run_id: `run-${version}`,
    dataset_digest: digestOf('data'),
    dataset: null,
    known: 'imported',
    data: 'generated',
    gsd: 0.3,
    stride: 16,
    halo: 96,
    threshold: 0.5,
    output: buildings,
    metrics: { test_iou: 0.75 },
    bbox: [85.5, 27.6, 85.6, 27.7],
    files: {},
    record: { parameters: { steps: 1 } },
  };
}
