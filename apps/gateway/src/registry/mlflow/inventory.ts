import {
  type MlflowRegisteredModel,
  type MlflowRun,
  type RegisteredModelAnswer,
  type RunAnswer,
  toRegisteredModel,
  toRun,
} from './entities.ts';
import { type MlflowAddress, type MlflowRequest, MlflowTransport } from './transport.ts';

const api = '/api/2.0/mlflow';
const pageSize = 1000;

interface Pages {
  next_page_token?: string;
}

/** Everything that MLflow holds, page by page, for whoever looks whether it fits the database. */
export class MlflowInventory {
  readonly #transport: MlflowTransport;

  constructor(options: { server: MlflowAddress }) {
    this.#transport = new MlflowTransport(options);
  }

  /** Every registered model. */
  async models(): Promise<MlflowRegisteredModel[]> {
    const pages = await this.#pages<{ registered_models?: RegisteredModelAnswer[] }>((page) => ({
      method: 'GET',
      path: `${api}/registered-models/search`,
      query: { max_results: String(pageSize), ...page },
    }));
    return pages.flatMap(({ registered_models: models = [] }) => models.map(toRegisteredModel));
  }

  /** Every run, in every experiment, that has not ended and is not deleted. */
  async openRuns(): Promise<MlflowRun[]> {
    const runs: MlflowRun[] = [];
    for (const { id } of await this.#experiments())
      runs.push(...(await this.#runs(id, "attributes.status = 'RUNNING'")));
    return runs;
  }

  /** Every run of the experiment of that name that is not deleted; none where there is no such experiment. */
  async runsIn(experiment: string): Promise<MlflowRun[]> {
    const found = (await this.#experiments()).find(({ name }) => name === experiment);
    return found === undefined ? [] : this.#runs(found.id, '');
  }

  async #runs(experiment: string, filter: string): Promise<MlflowRun[]> {
    const pages = await this.#pages<{ runs?: RunAnswer[] }>((page) => ({
      method: 'POST',
      path: `${api}/runs/search`,
      body: { experiment_ids: [experiment], filter, max_results: pageSize, ...page },
    }));
    return pages.flatMap((page) => (page.runs ?? []).map(toRun));
  }

  async #experiments(): Promise<{ id: string; name: string }[]> {
    const pages = await this.#pages<{ experiments?: { experiment_id: string; name: string }[] }>((page) => ({
      method: 'GET',
      path: `${api}/experiments/search`,
      query: { max_results: String(pageSize), ...page },
    }));
    return pages.flatMap(({ experiments = [] }) => experiments.map(({ experiment_id: id, name }) => ({ id, name })));
  }

  async #pages<T>(ask: (page: { page_token?: string }) => MlflowRequest): Promise<(T & Pages)[]> {
    const pages: (T & Pages)[] = [];
    let token: string | undefined;
    do {
      const request = ask(token === undefined ? {} : { page_token: token });
      const page = await this.#transport.json<T & Pages>({ ...request, repeatable: true });
      pages.push(page);
      token = page.next_page_token;
    } while (token !== undefined && token !== '');
    return pages;
  }
}
