import { CairnError, type DatasetTold, type DvcSource } from '@cairn/contracts';
import type { Command } from 'commander';

/** Options that name data in a DVC repository, and what is told of a dataset. */
export interface DvcOptions {
  dvc?: string;
  rev?: string;
  path?: string;
  id?: string;
  title?: string;
  licence?: string;
  attribution?: string;
}

/** Adds the options that name data in a DVC repository; `inPlaceOf` says of what. */
export function addDvcOptions(command: Command, inPlaceOf: string): Command {
  return command
    .option('--dvc <url>', `in place of ${inPlaceOf}: address of a Git repository with DVC`)
    .option('--rev <revision>', 'of that repository: branch, tag or commit', 'HEAD')
    .option('--path <path>', 'in that repository: the folder that DVC pins');
}

/** Adds the options that tell of a dataset; what a DVC repository tells itself can be left out. */
export function addToldOptions(command: Command): Command {
  return command
    .option('--id <id>', 'name of the dataset in the catalogue (default: the name of the folder)')
    .option('--title <words>', 'what people call it')
    .option('--licence <spdx>', 'licence, as an SPDX identifier')
    .option('--attribution <words>', 'whom to name');
}

/** The data that the options name, or undefined where they name none. @throws CairnError `input-invalid` for half of it. */
export function readDvcSource({ dvc: url, rev = 'HEAD', path }: DvcOptions): DvcSource | undefined {
  if (url !== undefined && path !== undefined) return { url, rev, path };
  if (url === undefined && path === undefined) return undefined;
  throw new CairnError('input-invalid', 'A DVC repository and a path in it go together.', {
    action: 'Give --dvc URL --path PATH, and --rev REVISION where it is not the newest.',
  });
}

/** What the options tell of the dataset. */
export function readTold({ id, title, licence, attribution }: DvcOptions): DatasetTold {
  return {
    ...(id === undefined ? {} : { id }),
    ...(title === undefined ? {} : { title }),
    ...(licence === undefined ? {} : { licence }),
    ...(attribution === undefined ? {} : { attribution }),
  };
}
