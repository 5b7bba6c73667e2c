import type { Command } from 'commander';
import type { CliConfig } from './config.ts';
import type { Output } from './output.ts';

/** What every command gets. */
export interface Surroundings {
  config: CliConfig;
  /** Made after the options were read, since `--json` is one of them. */
  output: Output;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
}

/** Wraps the work of a command: the exit code is the table's where it throws. */
export type Act = <A extends unknown[]>(
  work: (surroundings: Surroundings, ...args: A) => Promise<void>,
) => (...args: A) => Promise<void>;

/** A module of `commands/`: adds one command to the program. */
export type AddCommand = (program: Command, act: Act) => void;
