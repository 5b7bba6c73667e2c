import { access, constants, stat, statfs } from 'node:fs/promises';
import { memoryUsage, uptime, versions } from 'node:process';
import { availableParallelism, release, totalmem, type } from 'node:os';
import { join, relative } from 'node:path';
import type { Probe } from './probe.ts';
import { toolVersion } from './tool-version.ts';

/** The gateway itself. */
export function gatewayProbe(version: string, address: () => string): Probe {
  return {
    standIn: false,
    look: () => {
      const memory = Math.round(memoryUsage().rss / 2 ** 20);
      const detail = `Node ${versions.node}, ${memory} MiB, up for ${Math.round(uptime() / 60)} min`;
      return Promise.resolve({ state: 'up', version, address: address(), detail });
    },
  };
}

/** The machine, on which programs run where there is no cluster. */
export function machineProbe(): Probe {
  return {
    standIn: true,
    look: () => {
      const detail = `${availableParallelism()} processors, ${Math.round(totalmem() / 2 ** 30)} GiB`;
      return Promise.resolve({ state: 'up', version: `${type()} ${release()}`, detail });
    },
  };
}

/** A folder of the state folder in which bytes are kept by their digests. */
export function folderProbe(home: string, folder: string): Probe {
  return {
    standIn: true,
    look: async () => {
      await access(folder, constants.R_OK | constants.W_OK);
      const { bavail, bsize } = await statfs(folder);
      const detail = `${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free`;
      return { state: 'up', address: within(home, folder), detail };
    },
  };
}

/**
 * Real DVC with a repository in a folder. It runs when data are pinned or fetched, and then ends.
 * @param standIn whether its remote is a folder too, not a bucket
 */
export function dvcProbe(home: string, tools: string, folder: string, standIn: boolean): Probe {
  return {
    standIn,
    look: async () => {
      const version = await toolVersion(tools, 'dvc');
      await access(join(tools, 'python', 'bin', 'dvc'), constants.X_OK);
      const isMade = await stat(folder).then(
        () => true,
        () => false,
      );
      return {
        state: 'up',
        version,
        address: within(home, folder),
        ...(isMade ? {} : { detail: 'holds no data yet' }),
      };
    },
  };
}

/** The runner of this machine: packages run as programs, in environments by uv. */
export function processRunnerProbe(home: string, tools: string, environments: string): Probe {
  return {
    standIn: true,
    look: async () => {
      await access(join(tools, 'uv', 'bin', 'uv'), constants.X_OK);
      return { state: 'up', version: `uv ${await toolVersion(tools, 'uv')}`, address: within(home, environments) };
    },
  };
}

function within(home: string, folder: string): string {
  return `./${relative(home, folder)}/`;
}
