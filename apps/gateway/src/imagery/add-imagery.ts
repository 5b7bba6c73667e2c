import { createReadStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type Digest, type FileSet, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { digestHex, filesetDigest, type Digest as ReceiptDigest, isDigest } from '@cairn/receipt';
import type { Catalog } from '../catalog/catalog.ts';
import type { Database, Queryable } from '../db/database.ts';
import { recordEvent } from '../identity/events.ts';
import type { JobContext, Process } from '../jobs/process.ts';
import { softwareVersion } from '../platform/status.ts';
import type { Receipts } from '../receipts/receipts.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { checkPaths } from '../storage/paths.ts';
import { isTiffName } from './chip-layout.ts';
import type { Imageries } from './imageries.ts';
import { bboxOf, imageryItem } from './imagery-item.ts';
import type { ImageryThread } from './reader-thread.ts';
import type { RemoteImages, RemoteOrigin } from './remote/remote-images.ts';
import type { TileGap } from './xyz/gaps.ts';
import type { TileOrigin, TileSets } from './xyz/tile-sets.ts';

type Inputs = ProcessInput<'add-imagery'>;
type Result = ProcessResult<'add-imagery'>;

/** What the process works with. */
export interface AddImageryParts {
  database: Database;
  catalog: Pick<Catalog, 'upsert'>;
  imageries: Imageries;
  objects: ObjectStore;
  receipts: Receipts;
  reader: ImageryThread;
  tileSets: TileSets;
  remoteImages: RemoteImages;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/** What is added: files of the object store, the digest that names them all, and where map tiles are from. */
interface Source {
  digest: Digest;
  files: FileSet;
  tiles?: TileOrigin;
  gaps?: TileGap[];
  remote?: RemoteOrigin;
}

/**
 * The process `add-imagery`: one GeoTIFF, kept as it is, or a part of one behind an address, a folder of chips or the map tiles
 * of an area, made into one COG, becomes imagery of the catalogue. Item, receipt and event are written in one transaction at the end; until then nothing but bytes is kept.
 * The same content under the same id changes nothing.
 */
export class AddImagery implements Process<'add-imagery'> {
  readonly id = 'add-imagery';
  readonly #parts: AddImageryParts;

  constructor(parts: AddImageryParts) {
    this.#parts = parts;
  }

  /**
   * @throws CairnError `input-invalid`, `imagery-*`, `conflict`, `not-found` for bytes that were not uploaded,
   * `tiles-unreachable`, `imagery-unreachable`, `aoi-outside-imagery` where no tile has data, `disk-full`
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const { database, objects, reader, workFolder } = this.#parts;
    // Removed when the job ends, and kept for its next attempt where it is interrupted.
    const folder = join(workFolder, context.jobId);
    context.step(firstStep(inputs));
    const source = await this.#source(inputs, folder, context);
    const held = await this.#held(database, inputs.id, source);
    if (held !== undefined) return held;
    const digest = await this.#image(source, folder, context);
    const path = await objects.file(digest);
    context.step('Check the image');
    context.progress(60, 'Reading where the image lies');
    const info = await reader.call('describe', path);
    if (info.accuracy > 1) context.log(`EPSG:${info.epsg} is tied to WGS 84 to ${info.accuracy} m only`);
    context.progress(65, 'Checking that every part of the image can be read');
    await reader.call('check', path);
    context.signal.throwIfAborted();
    context.step('Write it to the catalogue');
    context.progress(95, 'Writing the imagery to the catalogue');
    const file = { digest, size: await objects.size(digest) };
    const label = { ...inputs, attribution: inputs.attribution ?? '' };
    const item = imageryItem(label, info, file, source, new Date().toISOString());
    const told = { imagery: inputs.id, digest, bbox: [...bboxOf(info)], gsd: info.gsd, ...tilesTold(source) };
    return database.transaction(async (tx) => {
      // Two jobs that add other content under one id: the second waits here, and sees what the first has written.
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [subjectOf(inputs.id)]);
      const receipt = await this.#receipt(tx, inputs.id, source.digest);
      if (receipt !== undefined) return { ...told, receipt, changed: false };
      await this.#parts.catalog.upsert(tx, item);
      const issued = await this.#issue(tx, inputs, digest, source);
      await recordEvent(tx, context.actor, {
        kind: 'imagery.added',
        subject: subjectOf(inputs.id),
        data: { digest, source: source.digest, receipt: issued },
      });
      return { ...told, receipt: issued, changed: true };
    });
  }

  /** What is added: the files that were uploaded, or the tiles or the image, which are fetched. */
  async #source({ files, template, remote }: Inputs, folder: string, context: JobContext): Promise<Source> {
    const given = [files, template, remote].filter((one) => one !== undefined);
    if (given.length === 1 && files !== undefined) return this.#uploaded(files);
    if (given.length === 1 && template !== undefined) {
      const set = await this.#parts.tileSets.collect(template, folder, context, (done, all) =>
        context.progress(Math.floor((45 * done) / all), `Fetching map tiles: ${done} of ${all}`),
      );
      return { digest: digestOf(set.files), files: set.files, tiles: set.origin, gaps: set.gaps };
    }
    if (given.length === 1 && remote !== undefined) {
      const { path, origin } = await this.#parts.remoteImages.fetch(remote, folder, context, (done, all) =>
        context.progress(Math.floor((45 * done) / all), `Fetching the image: ${megabytes(done)} of ${megabytes(all)}`),
      );
      context.progress(46, 'Keeping the image');
      const { digest } = await this.#parts.objects.put(createReadStream(path));
      return { digest, files: [{ path: 'image.tif', digest }], remote: origin };
    }
    throw new CairnError(
      'input-invalid',
      'Imagery is added from files, from map tiles or from an address, one of them.',
      {
        where: '/inputs',
        action:
          'Give "files" (an uploaded GeoTIFF, or chips), "template" (address, zoom and bbox of tiles) or "remote" (address of a ' +
          'GeoTIFF).',
      },
    );
  }

  /** Uploaded files, after a look at their list. */
  async #uploaded(files: FileSet): Promise<Source> {
    checkPaths(files);
    for (const { path, digest } of files) {
      if (await this.#parts.objects.has(digest)) continue;
      throw new CairnError('not-found', `The bytes of ${path} (${digest}) have not been uploaded.`, {
        where: path,
        action: 'Upload the file first.',
      });
    }
    const [first] = files;
    if (files.length === 1 && isTiffName(first!.path)) return { digest: first!.digest, files };
    return { digest: digestOf(files), files };
  }

  /** What is there under the id already. @throws CairnError `conflict` where it is other content. */
  async #held(queryable: Queryable, id: string, source: Source): Promise<Result | undefined> {
    const receipt = await this.#receipt(queryable, id, source.digest);
    if (receipt === undefined) return undefined;
    const { digest, bbox, gsd } = await this.#parts.imageries.get(id);
    return { imagery: id, digest, bbox: [...bbox], gsd, ...tilesTold(source), receipt, changed: false };
  }

  async #receipt(queryable: Queryable, id: string, source: Digest): Promise<Digest | undefined> {
    const held = await this.#parts.receipts.latest(queryable, 'imagery', subjectOf(id));
    if (held === null) return undefined;
    const [event] = await queryable.query<{ source: Digest }>(
      "select data->>'source' as source from cairn.event where subject = $1 and kind = 'imagery.added' order by seq desc limit 1",
      [subjectOf(id)],
    );
    if (event?.source === source) return held.digest;
    throw new CairnError('conflict', `There is imagery ${id} already, with other content.`, {
      where: id,
      action: 'Choose another id for the new imagery: what was predicted on the old one refers to it.',
    });
  }

  /** The image in the object store: the one that was uploaded, or the COG made of the chips. */
  async #image({ digest, files, tiles }: Source, folder: string, context: JobContext): Promise<Digest> {
    const { objects, reader } = this.#parts;
    if (files.length === 1 && files[0]!.digest === digest) return digest;
    context.signal.throwIfAborted();
    context.step('Join the parts into one image');
    if (tiles === undefined) context.progress(5, `Joining ${files.length} chips`);
    else context.progress(45, `Joining ${files.length} map tiles`);
    await mkdir(folder, { recursive: true });
    const target = join(folder, 'mosaic.tif');
    try {
      const found = await objects.files(files.map(({ digest }) => digest));
      const chips = files.map(({ path }, i) => ({ name: path, path: found[i]! }));
      await reader.call('mosaic', chips, target);
      context.progress(50, 'Keeping the joined image');
      return (await objects.put(createReadStream(target))).digest;
    } finally {
      await Promise.all([target, `${target}.spool`].map((file) => rm(file, { force: true })));
    }
  }

  async #issue(tx: Queryable, inputs: Inputs, digest: Digest, source: Source): Promise<Digest> {
    const { id, title, licence, attribution = '' } = inputs;
    const digests = [...new Set([asDigest(digest), asDigest(source.digest)])].sort();
    const { digest: receipt } = await this.#parts.receipts.issue(tx, {
      kind: 'imagery',
      subject: subjectOf(id),
      facts: {
        imagery: { value: id, known: 'witnessed' },
        imageryDigests: { value: digests, known: 'witnessed' },
        licences: { value: [{ title, licence, attribution }], known: 'witnessed', source: 'as told by who added it' },
        softwareVersion: { value: softwareVersion, known: 'witnessed' },
      },
      subjects: digests.map((one) => ({
        name: one === digest ? `${id}.tif` : `${id}, set of ${source.tiles === undefined ? 'chips' : 'map tiles'}`,
        digest: { sha256: digestHex(one) },
      })),
      upstream: [],
    });
    return receipt;
  }
}

function firstStep({ template, remote }: Inputs): string {
  if (template !== undefined) return 'Fetch the map tiles';
  return remote === undefined ? 'Look at the files' : 'Fetch the image';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What events and receipts about imagery name as their subject. */
export function subjectOf(id: string): string {
  return `imagery:${id}`;
}

function tilesTold({ tiles }: Source): Pick<Result, 'tiles'> {
  if (tiles === undefined) return {};
  const { count, gaps, faulty, repeated } = tiles;
  return { tiles: { count, gaps, faulty, repeated } };
}

function digestOf(files: FileSet): Digest {
  return filesetDigest(files.map(({ path, digest }) => ({ path, digest: asDigest(digest) })));
}

function asDigest(text: string): ReceiptDigest {
  if (!isDigest(text)) throw new Error(`${JSON.stringify(text)} is no digest.`);
  return text;
}
