import { setTimeout as pause } from 'node:timers/promises';
import { CairnError } from '@cairn/contracts';
import { whyFailed } from '../../outbound/why-failed.ts';
import { mlflowProbe, type Mlflow, type MlflowHealth } from './transport.ts';

/** A server that is started anew with its container is there within it. */
const usualPatienceMs = 60_000;
const probeMs = 5_000;
const betweenMs = 500;

/**
 * An MLflow server that runs elsewhere. It is asked before it is first used, and after each time that nobody listened at its
 * address; a server that starts anew is waited for.
 */
export class RemoteMlflow implements Mlflow {
  readonly #address: string;
  readonly #onUp: () => void;
  readonly #patienceMs: number;
  readonly #stopped = new AbortController();
  #answered = false;
  #asking: Promise<void> | undefined;

  /**
   * @param options.address as `http://mlflow:5000`, without a slash at its end.
   * @param options.onUp told each time that it answers after it did not, or for the first time.
   */
  constructor(options: { address: string; onUp?: () => void; patienceMs?: number }) {
    this.#address = options.address;
    this.#onUp = options.onUp ?? (() => undefined);
    this.#patienceMs = options.patienceMs ?? usualPatienceMs;
  }

  /** @inheritdoc */
  async health(): Promise<MlflowHealth> {
    try {
      await this.#ask();
      return { state: 'up', address: this.#address };
    } catch (error) {
      return { state: 'down', detail: whyFailed(error), address: this.#address };
    }
  }

  /** @inheritdoc */
  async ensure(): Promise<{ address: string }> {
    if (!this.#answered) await (this.#asking ??= this.#wait().finally(() => (this.#asking = undefined)));
    return { address: this.#address };
  }

  /** @inheritdoc */
  lost(): Promise<void> {
    this.#answered = false;
    return Promise.resolve();
  }

  /** @inheritdoc */
  stop(): Promise<void> {
    this.#stopped.abort(new Error('the gateway is being stopped'));
    return Promise.resolve();
  }

  async #wait(): Promise<void> {
    const end = Date.now() + this.#patienceMs;
    for (;;) {
      try {
        await this.#ask();
        break;
      } catch (cause) {
        if (this.#stopped.signal.aborted || Date.now() >= end) throw this.#unavailable(cause);
      }
      await pause(betweenMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
    this.#answered = true;
    this.#onUp();
  }

  async #ask(): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(probeMs)]);
    const response = await fetch(`${this.#address}${mlflowProbe}`, { signal });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  }

  #unavailable(cause: unknown): CairnError {
    const { host } = new URL(this.#address);
    return new CairnError(
      'mlflow-unavailable',
      `The MLflow server at ${host} cannot be reached: ${whyFailed(cause)}.`,
      {
        where: host,
        action: 'See whether it runs, and whether CAIRN_MLFLOW_ADDRESS names it; then try again.',
        cause,
      },
    );
  }
}
