import { type Digest, type FileSet, type ProcessInput, type ProcessResult, type Uploaded } from '@cairn/contracts';
import { digestHex } from '@cairn/receipt';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Database, Queryable } from '../../db/database.ts';
import { recordEvent } from '../../identity/events.ts';
import { type JobContext, partOf, type Process } from '../../jobs/process.ts';
import { Turns } from '../../jobs/turns.ts';
import type { Receipts } from '../../receipts/receipts.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import { tarOf } from '../../storage/tar.ts';
import type { Trials } from '../../training/trials.ts';
import type { MlflowClient } from '../mlflow/client.ts';
import { isUnavailable } from '../mlflow/transport.ts';
import type { Outbox } from '../outbox.ts';
import { versionSubjects } from '../receipt-facts.ts';
import { modelItem } from '../model-item.ts';
import { versionItem } from '../version-item.ts';
import { type NewVersion, type VersionRow, versionId, versionSubject } from '../version-row.ts';
import type { Versions } from '../versions.ts';
import { checkPackage, type CheckedPackage } from './check.ts';
import { discard } from './discard.ts';
import { importedRow, importFacts, registrationFacts } from './import-facts.ts';
import { type ImportedVersion, importVersion } from './import-run.ts';
import type { GitPackages } from './git-source.ts';
import type { ImageBuilder } from './image-builder.ts';
import { findRevision, type NewRevision, type RevisionRow, type Trial, writeRevision } from './revision.ts';
import { writeRevisionItem } from './revision-items.ts';
import type { ShippedVersion } from './shipped.ts';
import { answer } from './registration-answer.ts';
import { type PackageSource, sourceWords, takePackage, witnessSource } from './source.ts';

/** What registering needs. */
export interface RegisterModelParts {
  database: Database;
  objects: ObjectStore;
  catalog: Catalog;
  receipts: Receipts;
  versions: Versions;
  mlflow: MlflowClient;
  outbox: Outbox;
  gitPackages: GitPackages;
  trials: Trials;
  /** Where a registry of images is configured. */
  images?: ImageBuilder;
}

type Result = ProcessResult<'register-model'>;

/** What a registration is asked for beside the package itself. */
interface Asked {
  source: PackageSource;
  repository: string | undefined;
  /** Whether its entry points are to be tried. */
  trial: boolean;
}

/** What is known here of a package before it is registered. */
interface Before {
  revision: RevisionRow | null;
  /** Versions that are registered already, by the digest of their weights. */
  registered: Map<Digest, VersionRow>;
  missing: ShippedVersion[];
}

/**
 * The process `register-model`: a package becomes a model in the catalogue and in MLflow, each version that it ships a
 * candidate.
 *
 * First everything is checked, its entry points tried where that is asked for, and nothing written. Then MLflow is made to
 * hold the shipped versions; what a killed attempt left there is found by the digest of the weights. Last, in one transaction,
 * everything that makes the model exist here: revision, receipts, items, versions, events. Whoever asks sees the model whole
 * or not at all. Where a step fails, what MLflow holds and the database does not know is deleted again.
 */
export class RegisterModel implements Process<'register-model'> {
  readonly id = 'register-model';
  readonly #parts: RegisterModelParts;
  readonly #turns: Turns;

  constructor(parts: RegisterModelParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.database);
  }

  /**
   * @throws CairnError as `checkPackage`, `GitPackages.fetch` and `Trials.run`; `package-dirty`, `mlflow-unavailable`,
   * `disk-full`, `cancelled`.
   */
  async run(inputs: ProcessInput<'register-model'>, context: JobContext): Promise<Result> {
    context.step('Check the package');
    const { files, proof } = await takePackage(inputs, this.#parts.gitPackages, context);
    context.progress(2, 'Checking the package');
    const checked = await checkPackage(files, this.#parts.objects);
    const source = await witnessSource(checked.files, proof);
    checked.checks.push({ name: 'commit', words: sourceWords(source) });
    for (const { name, words } of checked.checks) context.log(`${name}: ${words}`);
    const asked = { source, repository: proof?.repository, trial: inputs.trial === true };
    if (inputs.checkOnly === true) {
      const trial = asked.trial ? await this.#try(checked, source, partOf(context, 5, 100)) : null;
      return answer(checked, source, { trial });
    }
    // Registrations of one model wait for each other: one that fails would delete what the other has just made.
    return this.#turns.inTurn(`register:${checked.model}`, context, () => this.#register(checked, asked, context));
  }

  async #register(checked: CheckedPackage, asked: Asked, context: JobContext): Promise<Result> {
    const { source } = asked;
    context.signal.throwIfAborted();
    const before = await this.#before(checked);
    const { revision } = before;
    const tellsNothingNew = source.commit === null || source.commit === revision?.commit;
    const image = revision?.image ?? (await this.#image(checked, context));
    const seen = revision?.trial ?? null;
    const trial = seen ?? (asked.trial ? await this.#try(checked, source, partOf(context, 5, 70)) : null);
    const isWhole = revision !== null && revision.archive !== null && revision.image === image && trial === seen;
    if (isWhole && tellsNothingNew && before.missing.length === 0) {
      return answer(checked, source, revision, before.registered);
    }
    try {
      const rest = trial === seen ? context : partOf(context, 70, 100);
      rest.progress(8, 'Keeping the content as an archive');
      const { objects } = this.#parts;
      const archive = await objects.put(tarOf(revision?.files ?? checked.files.own, objects));
      const imported = await this.#importAll(checked.model, before.missing, rest);
      context.signal.throwIfAborted();
      context.step('Write it to the catalogue');
      rest.progress(90, 'Writing the model to the catalogue');
      const sizes = await sizesOf(checked.files.all, objects);
      const { receipt, rows } = await this.#parts.database.transaction((tx) =>
        this.#commit(tx, { checked, asked, imported, archive, image, trial, sizes, before, context }),
      );
      for (const row of rows) before.registered.set(row.weights_digest, row);
      this.#parts.outbox.kick();
      return { ...answer(checked, source, { receipt, image, trial }, before.registered), changed: true };
    } catch (error) {
      // Where MLflow does not answer there is nothing to be deleted now: the next attempt goes on with what it holds.
      if (!isUnavailable(error)) await discard(this.#parts, checked, context);
      throw error;
    }
  }

  /** The image of a package, where one can be had; what pins its environment is told either way. */
  async #image(checked: CheckedPackage, context: JobContext): Promise<string | null> {
    const { images } = this.#parts;
    if (images !== undefined) context.step('Build and push the image');
    const image = images === undefined ? null : await images.build(checked, context);
    const { lock, digest } = checked.environment;
    const why = images === undefined ? 'no registry is configured (CAIRN_REGISTRY)' : 'it could not be built';
    const words = image ?? `None, since ${why}: the environment is pinned by ${lock} (${digest}).`;
    checked.checks.push({ name: 'image', words });
    context.log(`image: ${words}`);
    return image;
  }

  /** Runs the entry points of a package once, on tiny data. */
  async #try(checked: CheckedPackage, { commit }: PackageSource, context: JobContext): Promise<Trial> {
    const trial = await this.#parts.trials.run(checked, commit, context);
    const words = `${trial.entryPoints.join(', ')} ran on tiny data, in the package’s own environment.`;
    checked.checks.push({ name: 'trial', words });
    context.log(`trial: ${words}`);
    return trial;
  }

  async #before({ model, digest, versions }: CheckedPackage): Promise<Before> {
    const registered = new Map<Digest, VersionRow>();
    const missing: ShippedVersion[] = [];
    for (const shipped of versions) {
      const row = await this.#parts.versions.byWeights(model, shipped.weights.digest);
      if (row === null) missing.push(shipped);
      else registered.set(shipped.weights.digest, row);
    }
    return { revision: await findRevision(this.#parts.database, model, digest), registered, missing };
  }

  async #importAll(model: string, missing: readonly ShippedVersion[], context: JobContext): Promise<ImportedVersion[]> {
    const { mlflow } = this.#parts;
    context.step('Bring its versions to MLflow');
    context.progress(10, 'Waking MLflow');
    await mlflow.findOrCreateModel(model, { 'cairn.model': model });
    const imported: ImportedVersion[] = [];
    for (const [index, shipped] of missing.entries()) {
      context.signal.throwIfAborted();
      context.progress(20 + Math.round((65 * index) / missing.length), `Bringing version ${shipped.name} to MLflow`);
      imported.push(await importVersion(this.#parts, model, shipped));
    }
    return imported;
  }

  async #commit(
    tx: Queryable,
    work: {
      checked: CheckedPackage;
      asked: Asked;
      imported: readonly ImportedVersion[];
      archive: Uploaded;
      image: string | null;
      trial: Trial | null;
      sizes: ReadonlyMap<Digest, number>;
      before: Before;
      context: JobContext;
    },
  ): Promise<{ receipt: Digest; rows: VersionRow[] }> {
    const { checked, asked, imported, archive, image, trial, sizes, before, context } = work;
    const { source, repository } = asked;
    const { catalog, receipts, versions, objects } = this.#parts;
    const { model, digest, item, environment } = checked;
    const subject = `model:${model}`;
    const { digest: receipt } = await receipts.issue(tx, {
      kind: 'registration',
      subject,
      facts: registrationFacts(checked, source, { image, trial }),
      subjects: [{ name: model, digest: { sha256: digestHex(digest) } }],
      upstream: [],
    });
    const revision: NewRevision = {
      model,
      package_digest: digest,
      files: checked.files.own,
      commit: source.commit,
      environment_digest: environment.digest,
      archive: archive.digest,
      image,
      trial,
      receipt,
    };
    await writeRevision(tx, revision);
    const rows: VersionRow[] = [];
    for (const one of imported) {
      const row = await this.#importRow(tx, checked, source, one, receipt);
      const weights = await objects.readAll(one.shipped.weights.digest);
      const described = versionItem(row, item, weights, new Date().toISOString());
      await catalog.upsert(tx, described, checked.schemas);
      rows.push(await versions.propose(tx, row, context.actor));
    }
    const bytes = { environment, files: checked.files.all, sizes, archive };
    const shipped = [...before.registered.values(), ...rows];
    const described = modelItem(item, revision, bytes, { shipped, all: await versions.ofModel(model, tx) });
    await writeRevisionItem(catalog, tx, described, digest, checked.schemas);
    await recordEvent(tx, context.actor, {
      kind: 'model.registered',
      subject,
      data: {
        package: digest,
        commit: source.commit,
        repository: repository ?? null,
        receipt,
        versions: rows.map(versionId),
      },
    });
    return { receipt, rows };
  }

  async #importRow(
    tx: Queryable,
    checked: CheckedPackage,
    source: PackageSource,
    imported: ImportedVersion,
    registration: Digest,
  ): Promise<NewVersion> {
    const unreceipted = importedRow(checked, source, imported);
    const { digest: receipt } = await this.#parts.receipts.issue(tx, {
      kind: 'import',
      subject: versionSubject(unreceipted),
      facts: importFacts(unreceipted, imported),
      subjects: versionSubjects(unreceipted),
      upstream: [registration],
    });
    return { ...unreceipted, receipt };
  }
}

async function sizesOf(files: FileSet, objects: ObjectStore): Promise<Map<Digest, number>> {
  const sizes = new Map<Digest, number>();
  for (const { digest } of files) sizes.set(digest, await objects.size(digest));
  return sizes;
}
