import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError } from '@cairn/contracts';
import type { Child, Children } from '../../supervise/child.ts';
import { freePort } from '../../supervise/free-port.ts';
import { mlflowProbe, type Mlflow, type MlflowHealth } from './transport.ts';

const readyTimeoutMs = 180_000;
const starts = 2;
const databaseFile = 'mlflow.db';
const makingMark = 'making';

/**
 * The real MLflow server as a child process on loopback: SQLite and file artifacts below one folder, one worker, no job
 * runners. It takes 10 s and more to start, so it starts when first needed and nothing that answers a prediction needs it.
 *
 * States: asleep → starting (the first `ensure`; later ones wait for the same start) → up (an API call was answered; a
 * health check would say yes even where every call is refused) → asleep (the process ended, by whatever hand; what is
 * left of its group is ended too, since its worker outlives it and holds the port).
 *
 * MLflow makes its database in many steps, and one that was killed among them never starts again. Until it has answered for
 * the first time nobody has told it anything: a mark beside the database says so, and then it is made anew.
 */
export class MlflowServer implements Mlflow {
  readonly #children: Children;
  readonly #tools: string;
  readonly #folder: string;
  readonly #onUp: () => void;
  #running: { child: Child; address: string } | undefined;
  #starting: Promise<{ address: string }> | undefined;
  #booting: Child | undefined;
  #ending: Promise<void> | undefined;
  #stopped = false;

  /** @param options.folder where `mlflow.db` and `artifacts/` lie. @param options.onUp told each time that it came up. */
  constructor(options: { children: Children; tools: string; folder: string; onUp?: () => void }) {
    this.#children = options.children;
    this.#tools = options.tools;
    this.#folder = options.folder;
    this.#onUp = options.onUp ?? (() => undefined);
  }

  get state(): 'asleep' | 'starting' | 'up' {
    if (this.#running !== undefined) return 'up';
    return this.#starting === undefined ? 'asleep' : 'starting';
  }

  /** Resident memory of its processes in MiB; null while it sleeps. */
  async rssMiB(): Promise<number | null> {
    return this.#running === undefined ? null : this.#running.child.rssMiB();
  }

  /** @inheritdoc */
  async health(): Promise<MlflowHealth> {
    const rssMiB = await this.rssMiB();
    const address = this.#running?.address;
    return {
      state: this.state,
      ...(rssMiB === null ? {} : { rssMiB }),
      ...(address === undefined ? {} : { address }),
    };
  }

  /**
   * The address at which MLflow answers API calls, as `http://127.0.0.1:40001`; starts it where it does not run.
   * @throws CairnError `tools-missing`, `mlflow-unavailable`.
   */
  async ensure(): Promise<{ address: string }> {
    if (this.#running !== undefined) return { address: this.#running.address };
    if (this.#stopped) throw unavailable('It is being stopped.', undefined);
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /**
   * Ends what is left of the start that had this address: the process that answers is dead and the one that started it has
   * not noticed yet.
   */
  async lost(address: string): Promise<void> {
    if (this.#running?.address !== address) return;
    const { child } = this.#running;
    this.#running = undefined;
    this.#ending = child.stop();
    await this.#ending;
  }

  /** Ends MLflow for good: no `ensure` starts it again. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#booting?.stop();
    await this.#starting?.catch(() => undefined);
    await this.#running?.child.stop();
  }

  async #start(): Promise<{ address: string }> {
    const command = join(this.#tools, 'python', 'bin', 'mlflow');
    await access(command).catch((cause: unknown) => {
      throw new CairnError('tools-missing', `MLflow was not found at ${command}.`, {
        action: 'Run tools/setup.sh, which installs the Python tools.',
        cause,
      });
    });
    await this.#ending;
    await mkdir(join(this.#folder, 'artifacts'), { recursive: true });
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#launch(command);
      } catch (cause) {
        // Between choosing a free port and MLflow's taking it somebody else may have taken it, or it was killed: once more.
        if (attempt === starts || this.#stopped)
          throw unavailable('It ended or stayed silent while it was started.', cause);
      }
    }
  }

  async #launch(command: string): Promise<{ address: string }> {
    await this.#beginDatabase();
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const child = await this.#children.start({
      name: 'mlflow',
      command,
      // Paths are relative to its folder, for a state folder's name may hold what a database address cannot.
      args: [
        ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
        ...['--backend-store-uri', `sqlite:///${databaseFile}`, '--artifacts-destination', './artifacts'],
      ],
      cwd: this.#folder,
      env: {
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        PYTHONUNBUFFERED: '1',
      },
      ready: (starting, signal) => {
        this.#booting = starting;
        return answers(address, signal);
      },
      readyTimeoutMs,
    });
    this.#booting = undefined;
    await rm(join(this.#folder, makingMark), { force: true });
    const running = { child, address };
    this.#running = running;
    void child.exited.then(() => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#ending = child.stop();
    });
    this.#onUp();
    return { address };
  }

  /** Takes away a database that was never whole, and marks one that is about to be made. */
  async #beginDatabase(): Promise<void> {
    const mark = join(this.#folder, makingMark);
    if (await isThere(mark)) {
      for (const end of ['', '-journal', '-wal', '-shm']) {
        await rm(join(this.#folder, `${databaseFile}${end}`), { force: true });
      }
    } else if (!(await isThere(join(this.#folder, databaseFile)))) {
      await writeFile(mark, '');
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function answers(address: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const response = await fetch(`${address}${mlflowProbe}`, { signal }).catch(() => undefined);
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

function unavailable(detail: string, cause: unknown): CairnError {
  return new CairnError('mlflow-unavailable', `MLflow cannot be reached. ${detail}`, {
    action: 'Look at the log of MLflow in the state folder (logs/), and try again.',
    cause,
  });
}
