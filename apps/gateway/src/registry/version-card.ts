import type { VersionCard } from '@cairn/contracts';
import type { ObjectStore } from '../storage/objects.ts';
import { cardFile, picturesOf } from './version-files.ts';
import { versionFileAddress } from './version-item.ts';
import type { VersionRow } from './version-row.ts';

/**
 * What the run of a version left for people: its card, the limits that the card names, and its pictures.
 * @throws CairnError `not-found` where the bytes of the card are gone.
 */
export async function versionCard(objects: ObjectStore, row: VersionRow): Promise<VersionCard> {
  const card = row.files[cardFile];
  const text = card === undefined ? null : new TextDecoder().decode(await objects.readAll(card.digest));
  const pictures = picturesOf(row.files).map((path) => ({ title: path, href: versionFileAddress(row, path) }));
  return { text, limits: text === null ? [] : limitsIn(text), pictures };
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
