import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CheckedPackage, checkPackage } from '../../src/registry/package/check.ts';
import { ImageBuilder } from '../../src/registry/package/image-builder.ts';
import type { ImageEngine } from '../../src/registry/package/image-engine.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { Children } from '../../src/supervise/child.ts';
import { tinyPackage, upload } from './package-fixture.ts';
import { quietLogger } from './quiet.ts';
import { context } from './registration-fixture.ts';

/** An image as the registry has it. */
export interface HeldImage {
  labels: Record<string, string>;
  /** Of the files that the Dockerfile copied to `/package`. */
  files: string[];
}

/** Where an engine builds, and where its images are looked for. */
export interface ImagePlace {
  registry: string;
  /** What the Dockerfiles of the tests begin with. */
  base: string;
  engine(children: Children): ImageEngine;
  /** The same where nothing answers. */
  lost(children: Children): ImageEngine;
  /** What the registry has under `NAME@sha256:…`; throws where it has nothing. */
  held(image: string): Promise<HeldImage>;
}

/** What every engine does for a registration. */
export function describeImageEngine(name: string, openPlace: (home: string) => Promise<ImagePlace>): void {
  describe(`the image of a package, by ${name}`, () => {
    let home: string;
    let place: ImagePlace;
    let objects: ObjectStore;
    let children: Children;
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), 'cairn-image-'));
      place = await openPlace(home);
      objects = new ObjectStore({ root: join(home, 'objects') });
      children = new Children({
        runFolder: join(home, 'run'),
        logFolder: join(home, 'logs'),
        environment: { PATH: process.env['PATH'] ?? '', HOME: home },
        logger: quietLogger(),
      });
    });
    afterAll(async () => {
      await children.stopAll();
      await rm(home, { recursive: true, force: true });
    });

    const builder = (engine: ImageEngine, required = true): ImageBuilder =>
      new ImageBuilder({ engine, registry: place.registry, required, objects, workFolder: join(home, 'work') });
    const packageWith = async (...steps: string[]): Promise<CheckedPackage> => {
      const Dockerfile = [`FROM ${place.base}`, ...steps, ''].join('\n');
      return checkPackage(await upload(objects, tinyPackage({ Dockerfile })), objects);
    };

    it('is built from its own files, pushed, and named by the digest that the registry has', async () => {
      const checked = await packageWith('WORKDIR /package', 'COPY . .');
      const image = await builder(place.engine(children)).build(checked, context());
      expect(image).toMatch(new RegExp(`^${place.registry}/tiny@sha256:[0-9a-f]{64}$`));
      const { labels, files } = await place.held(image!);
      expect(labels).toMatchObject({ 'org.cairn.package': checked.digest });
      expect(files).toContain('MLproject');
      expect(files).not.toContain('versions');
    });

    it('that cannot be built is told with what was said, in the log too', async () => {
      const lines: string[] = [];
      const checked = await packageWith('RUN echo no such mirror && exit 7');
      const job = context({ log: (line) => void lines.push(line) });
      await expect(builder(place.engine(children)).build(checked, job)).rejects.toMatchObject({
        code: 'image-failed',
        message: expect.stringMatching(/ build failed: .*exit code: 7|returned a non-zero code: 7/s) as string,
      });
      expect(lines.join('\n')).toContain('no such mirror');
    });

    it('is left out, and the log says why, where the configuration lets it', async () => {
      const lines: string[] = [];
      const checked = await packageWith();
      const job = context({ log: (line) => void lines.push(line) });
      expect(await builder(place.lost(children), false).build(checked, job)).toBeNull();
      expect(lines.at(-1)).toMatch(/^image: none, the environment is locked instead: .*(build failed|was not found)/);
      await expect(builder(place.lost(children)).build(checked, job)).rejects.toMatchObject({ code: 'image-failed' });
    });

    it('ends with its job, at once', async () => {
      const over = new AbortController();
      const checked = await packageWith('RUN echo begun && sleep 600');
      let begun = 0;
      const log = (line: string): void => {
        if (!/\bbegun$/.test(line)) return;
        begun = performance.now();
        over.abort(new Error('not wanted'));
      };
      const building = builder(place.engine(children), false).build(checked, context({ signal: over.signal, log }));
      await expect(building).rejects.toThrow('not wanted');
      expect(performance.now() - begun).toBeLessThan(20_000);
    });
  });
}
