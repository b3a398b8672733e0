import type { Faults } from '../http/faults.js';
import type { Operator } from './operator.js';
import type { SandboxServer } from '../http/server.js';
import type { SandboxOptions } from '../types.js';

/**
 * Decides whether the registry is online, and its mode, from its ready pods unless a fault or a test overrides them.
 */
export class RegistryAvailability {
  private override: boolean | undefined;
  private offlineUntil: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Counts requests, which are distributed over the ready pods in turn. */
  private turn = 0;
  private stopped = false;
  private pending: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: SandboxServer,
    private readonly operator: Operator,
    private readonly faults: Faults,
    private readonly options: SandboxOptions,
  ) {
    operator.onChange(() => void this.update());
    faults.onChange(() => void this.update());
  }

  /** Returns whether the pod that gets this request is in read-only mode. */
  readOnly(): boolean {
    if (this.faults.has('registry-read-only')) return true;
    if (this.override !== undefined) return this.override;
    const modes = this.operator.readyModes();
    if (!modes.length) return this.options.registryReadOnly ?? false;
    return modes[this.turn++ % modes.length]!;
  }

  /** Overrides the mode of the pods; undefined ends this. */
  setMode(readOnly: boolean | undefined): void {
    this.override = readOnly;
  }

  /** Takes the server online or offline to match the current state. */
  update(): Promise<void> {
    this.pending = this.pending.then(() => this.apply());
    return this.pending;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.pending;
  }

  private async apply(): Promise<void> {
    if (this.stopped) return;
    if (this.isOffline()) await this.server.goOffline();
    else await this.server.listen();
  }

  private isOffline(): boolean {
    if (this.faults.has('registry-gone')) {
      if (this.faults.valueOf('registry-gone') === undefined) return true;
      if (this.offlineUntil !== undefined && Date.now() < this.offlineUntil) return true;
    }
    return this.operator.managesRegistry() && this.operator.readyModes().length === 0;
  }

  /** Starts the time of `registry-gone=SECONDS` at the first deletion. */
  onDeletion(): void {
    const seconds = this.faults.valueOf('registry-gone');
    if (seconds === undefined || this.offlineUntil !== undefined) return;
    this.offlineUntil = Date.now() + seconds * 1000;
    this.timer = setTimeout(() => void this.update(), seconds * 1000 + 1);
    // The response to the deletion has to be sent first.
    setImmediate(() => void this.update());
  }
}
