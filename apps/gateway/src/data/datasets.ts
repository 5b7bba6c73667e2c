import { CairnError } from '@cairn/contracts';
import type { Catalog } from '../catalog/catalog.ts';
import { type Dataset, type DatasetItem, datasetOf } from './dataset-item.ts';

/** The datasets of the catalogue. */
export class Datasets {
  readonly #catalog: Pick<Catalog, 'get'>;

  constructor(options: { catalog: Pick<Catalog, 'get'> }) {
    this.#catalog = options.catalog;
  }

  /** A dataset by its id, as it is now. @throws CairnError `not-found`. */
  async get(id: string): Promise<Dataset> {
    return datasetOf((await this.#catalog.get('datasets', id)) as unknown as DatasetItem);
  }

  /** As `get`; null where there is none. */
  async find(id: string): Promise<Dataset | null> {
    try {
      return await this.get(id);
    } catch (error) {
      if (error instanceof CairnError && error.code === 'not-found') return null;
      throw error;
    }
  }
}
