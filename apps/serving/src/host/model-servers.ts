import { randomUUID } from 'node:crypto';
import { CairnError, type Digest } from '@cairn/contracts';
import { ModelServer, type ServerSettings } from './model-server.ts';
import type { WeightsFolder } from './weights-folder.ts';

/** The model servers that run, by names that nobody guesses. */
export class ModelServers {
  readonly #weights: WeightsFolder;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #running = new Map<string, ModelServer>();

  /** @param environment of the model servers. */
  constructor(weights: WeightsFolder, environment: NodeJS.ProcessEnv) {
    this.#weights = weights;
    this.#environment = environment;
  }

  /**
   * Starts one.
   * @throws CairnError `not-found` where the weights were not sent; as `ModelServer.start`.
   */
  async start(
    digest: Digest,
    settings: ServerSettings,
    signal: AbortSignal,
  ): Promise<{ id: string; server: ModelServer }> {
    const file = await this.#weights.use(digest);
    if (file === null) {
      throw new CairnError('not-found', `The weights ${digest} are not here.`, { action: 'Send them first.' });
    }
    try {
      const server = await ModelServer.start({ ...settings, digest }, file, this.#environment, signal);
      const id = randomUUID();
      this.#running.set(id, server);
      void server.exited.then(() => this.#running.delete(id));
      return { id, server };
    } catch (error) {
      // The disk has changed them: they are sent anew the next time.
      if (error instanceof CairnError && error.code === 'weights-digest-mismatch') await this.#weights.drop(digest);
      throw error;
    }
  }

  /** @throws CairnError `serving-unavailable` where it has ended. */
  get(id: string): ModelServer {
    const server = this.#running.get(id);
    if (server !== undefined) return server;
    throw new CairnError('serving-unavailable', 'The model server has ended.', { action: 'Start another one.' });
  }

  /** Ends one; content where it has ended. */
  async stop(id: string): Promise<void> {
    await this.#running.get(id)?.stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((server) => server.stop()));
  }
}
