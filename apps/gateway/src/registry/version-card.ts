import type { VersionCard } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { examplesOf } from './example-row.ts';
import { cardFile, picturesOf } from './version-files.ts';
import { versionFileAddress } from './version-item.ts';
import type { VersionRow } from './version-row.ts';

/**
 * What there is of a version for people: the card that its run left, the limits that the card names, its pictures, and the
 * examples that were drawn here.
 * @throws CairnError `not-found` where the bytes of the card are gone.
 */
export async function versionCard(
  { database, objects }: { database: Queryable; objects: ObjectStore },
  row: VersionRow,
): Promise<VersionCard> {
  const card = row.files[cardFile];
  const text = card === undefined ? null : new TextDecoder().decode(await objects.readAll(card.digest));
  const pictures = picturesOf(row.files).map((path) => ({ title: path, href: versionFileAddress(row, path) }));
  return { text, limits: text === null ? [] : limitsIn(text), pictures, examples: await examplesOf(database, row) };
}

/** The list below the heading that tells of limits, or of where the model fails. */
export function limitsIn(card: string): string[] {
  const section = card.split(/^#+ /m).find((part) => /^[^\n]*(limit|fail)/i.test(part)) ?? '';
  return section
    .split(/^[-*] /m)
    .slice(1)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
}
