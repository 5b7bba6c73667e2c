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
    for (const experiment of await this.#experiments()) {
      const pages = await this.#pages<{ runs?: RunAnswer[] }>((page) => ({
        method: 'POST',
        path: `${api}/runs/search`,
        body: {
          experiment_ids: [experiment],
          filter: "attributes.status = 'RUNNING'",
          max_results: pageSize,
          ...page,
        },
      }));
      runs.push(...pages.flatMap((page) => (page.runs ?? []).map(toRun)));
    }
    return runs;
  }

  async #experiments(): Promise<string[]> {
    const pages = await this.#pages<{ experiments?: { experiment_id: string }[] }>((page) => ({
      method: 'GET',
      path: `${api}/experiments/search`,
      query: { max_results: String(pageSize), ...page },
    }));
    return pages.flatMap(({ experiments = [] }) => experiments.map(({ experiment_id: id }) => id));
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
