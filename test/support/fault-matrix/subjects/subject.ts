import type { Sandbox } from '../../../../src/sandbox/index.js';
import type { CliResult } from '../../cli.js';

/** A command that changes something, with what must hold when requests of it fail. */
export interface Subject<State = unknown> {
  /** The command line, for titles. */
  name: string;
  /** Subjects of one family send mostly the same kinds of request: a sample tries each kind with one of them. */
  family: string;
  /** Prepares a cluster to run the command on. It is the same for every trial. */
  prepare(): Promise<Stage<State>>;
}

/** A cluster on which a command runs. */
export interface Stage<State = unknown> {
  sandbox: Sandbox;
  /** Runs the command with `-o json`. */
  run(signal?: AbortSignal): Promise<CliResult>;
  /** Returns everything that the command can change, as comparable values. */
  state(): State;
  /** Returns what is wrong after a run with a fault. */
  violations(evidence: Evidence<State>): string[];
  /** Runs what an administrator would run afterward, without faults. @returns what fails */
  finish(): Promise<string[]>;
}

/** What a run with a fault has left. */
export interface Evidence<State> {
  run: CliResult;
  /** What it printed on stdout; undefined if that is not a JSON document. */
  document: { kind?: string } | undefined;
  before: State;
  after: State;
  /** The state after a run without faults. */
  goal: State;
}

/** Returns what is wrong if a command without faults fails. */
export function failureOf(what: string, { status, stderr }: CliResult): string[] {
  return status === 0 ? [] : [`${what} fails with exit status ${status}: ${stderr.trim().split('\n').at(-1)}`];
}
