import { gateway, ownPath } from '../gateway.ts';
import { readSettings, type Setting, type SettingValue } from './settings.ts';

interface ModelItem {
  properties: { title: string; 'mlm:hyperparameters'?: Record<string, SettingValue> };
  assets: Record<string, { href: string }>;
}

/** The settings of a model's trainings: its newest package's schema, with that package's own values. */
export async function readModelSettings(model: string): Promise<Setting[]> {
  const item = await gateway.get<ModelItem>(`/stac/collections/models/items/${encodeURIComponent(model)}`);
  const href = item.assets['hyperparameters']?.href;
  const usual = item.properties['mlm:hyperparameters'] ?? {};
  return readSettings(href === undefined ? undefined : await gateway.get(ownPath(href)), usual);
}
