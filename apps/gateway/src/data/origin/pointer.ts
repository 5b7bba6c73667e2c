import { CairnError } from '@cairn/contracts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What a repository tells of data that DVC pins. */
export interface Pointer {
  md5: string;
  size: number;
  files: number;
  /** What is told of the data, in whatever form. */
  meta: unknown;
}

/** The remote that a repository keeps its data in, as its `.dvc/config` names it. */
export interface Remote {
  url: string;
  endpointUrl?: string;
  region?: string;
}

/**
 * Reads `PATH.dvc`, which `dvc add PATH` has written.
 * @throws CairnError `data-unreachable` where there is none, or it names another origin, to which dvc would go by itself.
 */
export async function readPointer(checkout: string, path: string): Promise<Pointer> {
  const file = `${path}.dvc`;
  const text = await readFile(join(checkout, file), 'utf8').catch((cause: unknown) => {
    throw unreachable(
      `The repository has no ${file} at that revision.`,
      file,
      'Name a folder that "dvc add" pins.',
      cause,
    );
  });
  const pointer = read(text) as {
    outs?: { md5?: unknown; size?: unknown; nfiles?: unknown }[];
    deps?: unknown;
    meta?: unknown;
  } | null;
  const [out, ...others] = Array.isArray(pointer?.outs) ? pointer.outs : [];
  if (pointer?.deps !== undefined || out === undefined || others.length > 0) {
    throw unreachable(
      `${file} does not pin one folder of its own repository.`,
      file,
      'Name the repository it imports from.',
    );
  }
  const { md5, size, nfiles } = out;
  if (typeof md5 !== 'string' || !/^[0-9a-f]{32}\.dir$/.test(md5)) {
    throw unreachable(`${file} pins no folder by its MD5.`, file, 'Pin the folder with DVC 3: dvc add FOLDER.');
  }
  return { md5, size: Number(size ?? 0), files: Number(nfiles ?? 0), meta: pointer?.meta };
}

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** The default remote of `.dvc/config`, or undefined where it names none. */
export async function readRemote(checkout: string): Promise<Remote | undefined> {
  const text = await readFile(join(checkout, '.dvc', 'config'), 'utf8').catch(() => '');
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split('\n')) {
    const header = /^\s*\[\s*'?(.+?)'?\s*\]\s*$/.exec(line);
    const setting = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (header !== null) sections.set(header[1]!, (section = new Map<string, string>()));
    else if (setting !== null) section.set(setting[1]!, setting[2]!.replace(/^(["'])(.*)\1$/, '$2'));
  }
  const name = sections.get('core')?.get('remote');
  const remote = name === undefined ? undefined : sections.get(`remote "${name}"`);
  const url = remote?.get('url');
  if (url === undefined) return undefined;
  const [endpointUrl, region] = [remote?.get('endpointurl'), remote?.get('region')];
  return {
    url,
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
    ...(region === undefined ? {} : { region }),
  };
}

/** A repository or its data that cannot be had. */
export function unreachable(what: string, where: string, action: string, cause?: unknown): CairnError {
  return new CairnError('data-unreachable', what, { where, action, ...(cause === undefined ? {} : { cause }) });
}
