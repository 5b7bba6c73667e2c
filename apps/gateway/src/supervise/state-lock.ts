import { once } from 'node:events';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CairnError } from '@cairn/contracts';

/** What the holder of a state folder tells about itself. */
interface Holder {
  pid: number;
  address?: string;
}

/**
 * One holder a state folder. The lock is a Unix socket in Linux's abstract namespace, named after the folder's device and
 * inode: the kernel lets one process have it and takes it back when that process ends, however it ends, so there is no
 * stale lock to judge. Whoever comes second asks the socket who holds it. It binds within one network namespace: two
 * containers that share a folder are not kept apart.
 */
export class StateLock {
  readonly #home: string;
  readonly #server: Server;
  readonly #holder: Holder;

  private constructor(home: string, server: Server, holder: Holder) {
    this.#home = home;
    this.#server = server;
    this.#holder = holder;
  }

  /**
   * Takes a state folder, made where missing (0700).
   * @throws CairnError `state-locked` with the holder's pid and address.
   */
  static async take(home: string): Promise<StateLock> {
    await mkdir(home, { recursive: true, mode: 0o700 });
    const { dev, ino } = await stat(home);
    const name = `\0cairn-${dev}-${ino}`;
    const holder: Holder = { pid: process.pid };
    const server = createServer((asking) => asking.on('error', () => undefined).end(JSON.stringify(holder)));
    server.listen(name);
    try {
      await once(server, 'listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw locked(home, await ask(name));
    }
    server.unref();
    return new StateLock(home, server, holder);
  }

  /** Tells where this gateway listens: to who asks the lock, and in `run/gateway.json` for the command line. */
  async announce(address: string): Promise<void> {
    this.#holder.address = address;
    const run = join(this.#home, 'run');
    await mkdir(run, { recursive: true });
    await writeFile(join(run, 'gateway.json.new'), `${JSON.stringify(this.#holder)}\n`);
    await rename(join(run, 'gateway.json.new'), join(run, 'gateway.json'));
  }

  /** Gives the folder back. */
  async release(): Promise<void> {
    await rm(join(this.#home, 'run', 'gateway.json'), { force: true });
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Who holds the lock; undefined where the holder does not answer (it is busy, or ending). */
async function ask(name: string): Promise<Holder | undefined> {
  const socket = connect(name).setTimeout(2000, () => socket.destroy());
  try {
    return JSON.parse(await text(socket)) as Holder;
  } catch {
    return undefined;
  }
}

function locked(home: string, holder: Holder | undefined): CairnError {
  const who = holder === undefined ? '' : ` (process ${holder.pid})`;
  const where = holder?.address === undefined ? '' : ` at ${holder.address}`;
  return new CairnError('state-locked', `Another Cairn${who} runs on ${home}${where}.`, {
    where: home,
    action: 'Use the one that runs, stop it first, or name another state folder in CAIRN_HOME.',
  });
}
