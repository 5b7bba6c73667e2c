import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CairnClient } from '@cairn/contracts';
import { cairn, repository } from '../../e2e/src/cairn.ts';
import { demoHome, type DemoHome } from '../../e2e/src/demo-home.ts';
import { up, type Up } from '../../e2e/src/gateway.ts';
import { peer } from './peer.ts';

/** How often the scene is repeated along either side: what is measured should take longer than what disturbs it. */
const times = 2;

/** Imagery of the catalogue, and the very file that it holds. */
export interface BenchImage {
  id: string;
  file: string;
}

/** What the comparisons work on. A Cairn in which the demo has run is made when one first asks for it: that takes a minute. */
export class Workshop {
  /** For what the comparisons write. */
  readonly folder: string;
  /** Threads of inference, on both sides. */
  readonly threads: number;
  /** The network of `building-detector/1`. */
  readonly weights = join(repository, 'models/building-detector/versions/scene/model/model.onnx');
  #making: Promise<{ demo: DemoHome; started: Up }> | undefined;
  #enlarging: Promise<BenchImage> | undefined;

  private constructor(folder: string, threads: number) {
    this.folder = folder;
    this.threads = threads;
  }

  static async open(threads: number): Promise<Workshop> {
    return new Workshop(await mkdtemp(join(tmpdir(), 'cairn-bench-')), threads);
  }

  /** A client of the gateway, which is up. */
  async client(): Promise<CairnClient> {
    return (await this.#cairn()).started.client;
  }

  /** The scene as the demo laid it out. */
  async scene(): Promise<BenchImage> {
    const client = await this.client();
    const { features } = await client.get<{ features: ImageryItem[] }>('/stac/collections/imagery/items');
    const [item] = features;
    if (item === undefined) throw new Error('The demo left no imagery.');
    return this.#imageOf(item);
  }

  /** The scene, repeated into a larger image and added. */
  large(): Promise<BenchImage> {
    this.#enlarging ??= this.#enlarge();
    return this.#enlarging;
  }

  async #enlarge(): Promise<BenchImage> {
    const file = join(this.folder, 'large.tif');
    await peer('enlarge.py', [(await this.scene()).file, file, times]);
    const { demo, started } = await this.#cairn();
    const words = ['imagery', 'add', file, '--licence', 'CC0-1.0', '--json'];
    const { code, stdout, stderr } = await cairn(words, { home: demo.home });
    if (code !== 0) throw new Error(`The imagery was not added: ${stderr}`);
    const { imagery } = JSON.parse(stdout) as { imagery: string };
    return this.#imageOf(await started.client.get<ImageryItem>(`/stac/collections/imagery/items/${imagery}`));
  }

  async close(): Promise<void> {
    const made = await this.#making?.catch(() => undefined);
    await made?.started.stop();
    await made?.demo.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  #cairn(): Promise<{ demo: DemoHome; started: Up }> {
    this.#making ??= this.#make();
    return this.#making;
  }

  async #make(): Promise<{ demo: DemoHome; started: Up }> {
    const demo = await demoHome();
    if (demo.ended.code !== 0) throw new Error(`The demo failed: ${demo.ended.stderr}`);
    const started = await up({ home: demo.home, environment: { CAIRN_THREADS: String(this.threads) } });
    return { demo, started };
  }

  async #imageOf({ id, assets }: ImageryItem): Promise<BenchImage> {
    // A multihash: 0x12 for SHA-256, 0x20 for its length.
    const hex = assets.image['file:checksum'].slice(4);
    const { demo } = await this.#cairn();
    return { id, file: join(demo.home, 'objects', 'sha256', hex.slice(0, 2), hex.slice(2)) };
  }
}

interface ImageryItem {
  id: string;
  assets: { image: { 'file:checksum': string } };
}
