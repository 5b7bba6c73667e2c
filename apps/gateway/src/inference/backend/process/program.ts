import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, parse } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, stop, type Plugin } from 'esbuild';
import { diskFull } from '../../../imagery/fault.ts';

const main = fileURLToPath(new URL('../../../../../serving/src/main.ts', import.meta.url));
const resolved = createRequire(main);

/**
 * The model server as a program that starts fast: its sources and all that they import, compiled into one file. From the
 * sources most of a start would go to finding and compiling some eight hundred files, each time anew. A gateway makes it from
 * the sources that it is started with, so it is never of yesterday; stack traces name the lines of the sources.
 */
export class ServingProgram {
  readonly #folder: string;
  #made: Promise<string> | undefined;

  /** @param options.folder where it lies. */
  constructor(options: { folder: string }) {
    this.#folder = options.folder;
  }

  /**
   * The file that Node runs. The first call makes it, which takes about half a second.
   * @throws CairnError `disk-full`
   */
  file(): Promise<string> {
    const made = (this.#made ??= this.#make());
    // What hindered it may be over the next time.
    made.catch(() => (this.#made = undefined));
    return made;
  }

  async #make(): Promise<string> {
    const threads = new Set<string>();
    try {
      await mkdir(this.#folder, { recursive: true });
      await this.#bundle([main], threads);
      // A thread may name the file that another thread begins with.
      for (let done = 0; done < threads.size;) {
        const next = [...threads].slice(done);
        done = threads.size;
        await this.#bundle(next, threads);
      }
    } catch (error) {
      throw diskFull(this.#folder, error);
    } finally {
      await stop();
    }
    return join(this.#folder, outputOf(main));
  }

  async #bundle(entryPoints: string[], threads: Set<string>): Promise<void> {
    const { outputFiles } = await build({
      entryPoints,
      entryNames: '[name]',
      outdir: this.#folder,
      outExtension: { '.js': '.mjs' },
      write: false,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      sourcesContent: false,
      // CommonJS inside asks for what Node itself has by `require`, which modules lack.
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
      plugins: [outside, threadsApart(threads)],
      logLevel: 'silent',
    });
    for (const { path, contents } of outputFiles) await writeFile(join(this.#folder, basename(path)), contents);
  }
}

/** Left where it is: the library with machine code, and gRPC, which no gateway asks its own servers for. */
const outside: Plugin = {
  name: 'outside',
  setup(made) {
    const at = (path: string) => ({ path: pathToFileURL(path).href, external: true });
    made.onResolve({ filter: /^onnxruntime-node$/ }, ({ path }) => at(resolved.resolve(path)));
    made.onResolve({ filter: /\/grpc\/server\.ts$/ }, ({ path, resolveDir }) => at(join(resolveDir, path)));
  },
};

/** Threads begin with a file of their own, which the source names by its address. They need no loader for TypeScript there. */
function threadsApart(threads: Set<string>): Plugin {
  const named = /new URL\('(\.\/[\w-]+\.(?:ts|js))', import\.meta\.url\)/g;
  return {
    name: 'threads-apart',
    setup(made) {
      made.onLoad({ filter: /\/(?:apps|packages)\/[^/]+\/src\/.*\.(?:ts|js)$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text.replaceAll(named, (_, file: string) => {
          threads.add(join(dirname(path), file));
          return `new URL('./${outputOf(file)}', import.meta.url)`;
        });
        return { contents, loader: 'ts' };
      });
      made.onResolve({ filter: /^tsx\/esm\/api$/ }, ({ path }) => ({ path, namespace: 'no-loader' }));
      made.onLoad({ filter: /./, namespace: 'no-loader' }, () => ({
        contents: 'export const register = () => undefined;',
      }));
    },
  };
}

function outputOf(source: string): string {
  return `${parse(source).name}.mjs`;
}
