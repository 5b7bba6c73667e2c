import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldImage } from './image-builder-contract.ts';

/**
 * A program that takes the place of one that builds images: it notes what it is asked for, and does of a Dockerfile what the
 * suites have in theirs. No engine runs here: what is held is how the program is spoken to.
 */
export interface StandIn {
  /** Environment in which it is found first. */
  environment: Record<string, string>;
  /** Its arguments, one list a call. */
  told(): Promise<string[][]>;
  /** What it would have pushed. */
  held(image: string): Promise<HeldImage>;
}

/** In what the programs differ: shell that has a call's words in `$*`. */
export interface StandInWords {
  /** Sets `folder` to that of the package, and `label` to its label; leaves `folder` empty where nothing is built. */
  read: string;
  /** Says the digest `$digest`, where this call has to. */
  say: string;
}

/** Writes a stand-in into a folder. */
export async function standIn(folder: string, command: string, { read, say }: StandInWords): Promise<StandIn> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const script = `#!/bin/sh
set -eu
printf '%s\\0' "$@" >>'${folder}/told'; printf '\\0' >>'${folder}/told'
folder= label=
${read}
if [ -n "$folder" ]; then
  if grep -q 'exit 7' "$folder/Dockerfile"; then
    echo 'no such mirror'
    echo 'ERROR: the step did not complete successfully: exit code: 7' >&2
    exit 1
  fi
  if grep -q 'sleep 600' "$folder/Dockerfile"; then echo begun; exec sleep 600; fi
  ls "$folder" >'${folder}/files'
  printf '%s' "$label" >'${folder}/label'
  sha256sum <"$folder/Dockerfile" | cut -c1-64 >'${folder}/digest'
fi
digest=sha256:$(cat '${folder}/digest')
${say}
`;
  await writeFile(join(bin, command), script);
  await chmod(join(bin, command), 0o755);
  const noted = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    environment: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    told: async () => {
      const calls = (await noted('told')).split('\0\0').slice(0, -1);
      return calls.map((call) => call.split('\0'));
    },
    held: async (image) => {
      if (!image.endsWith(`@sha256:${(await noted('digest')).trim()}`)) throw new Error(`There is no ${image}.`);
      const [key, value] = (await noted('label')).split('=');
      return { labels: { [key!]: value! }, files: (await noted('files')).trim().split('\n') };
    },
  };
}
