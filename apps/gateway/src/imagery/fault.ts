import { CairnError } from '@cairn/contracts';

/** An image whose bytes do not hold together. `where` is the part of the file. */
export function corrupt(words: string, where: string, cause?: unknown): CairnError {
  return new CairnError('imagery-corrupt', `The image cannot be read: ${words}.`, {
    where,
    action: 'Get the file again from its source; gdalinfo -checksum FILE shows whether it is whole.',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** An image that is sound, but of a kind that is not read here, and how to make one that is. */
export function unsupported(words: string, where: string, action: string): CairnError {
  return new CairnError('imagery-unsupported', `The image ${words}.`, { where, action });
}

/** An error of writing a file; where the disk is full, in words, and any other as it is. */
export function diskFull(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new CairnError('disk-full', `There is no space left where ${file} is written.`, {
    where: file,
    action: 'Free some space, or move the state folder with CAIRN_HOME, and try again.',
    cause: error,
  });
}
