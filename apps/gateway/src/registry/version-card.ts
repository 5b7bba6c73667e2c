import type { VersionCard } from '@cairn/contracts';
import type { MlflowClient } from './mlflow/client.ts';
import type { VersionRow } from './version-row.ts';

const cardFile = 'card.md';

/**
 * What the run of a version left for people: its card, the limits that the card names, and its pictures.
 * @throws CairnError `mlflow-unavailable`.
 */
export async function versionCard(mlflow: MlflowClient, row: VersionRow): Promise<VersionCard> {
  const run = await mlflow.findRunById(row.run_id);
  if (run === null) return { text: null, limits: [], pictures: [] };
  const artifacts = await mlflow.listArtifacts(run);
  const pictures = artifacts
    .map(({ path }) => path)
    .filter((path) => /\.(png|jpe?g|webp)$/i.test(path))
    .map((path) => ({
      title: path,
      href: `/mlflow/get-artifact?${new URLSearchParams({ run_uuid: row.run_id, path }).toString()}`,
    }));
  const bytes = artifacts.some(({ path }) => path === cardFile) ? await mlflow.downloadArtifact(run, cardFile) : null;
  const text = bytes === null ? null : new TextDecoder().decode(bytes);
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
