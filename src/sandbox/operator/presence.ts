import type { Faults } from '../http/faults.js';
import type { Operator } from './operator.js';
import type { SandboxServer } from '../http/server.js';
import type { SandboxOptions } from '../types.js';

/** Whether the registry answers, and in which mode: as its ready pods say, unless a fault or a test says otherwise. */
export class RegistryPresence {
  private forced: boolean | undefined;
  private goneUntil: number | undefined;
  private timer: NodeJS.Timeout | undefined;
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

  /** True when the pod that would get this request is in read-only mode; several pods take turns. */
  readOnly(): boolean {
    if (this.faults.has('registry-read-only')) return true;
    if (this.forced !== undefined) return this.forced;
    const modes = this.operator.readyModes();
    if (!modes.length) return this.options.registryReadOnly ?? false;
    return modes[this.turn++ % modes.length]!;
  }

  force(readOnly: boolean | undefined): void {
    this.forced = readOnly;
  }

  /** Makes the server listen or not, as it should now. */
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
    if (this.away()) await this.server.goOffline();
    else await this.server.listen();
  }

  private away(): boolean {
    if (this.faults.has('registry-gone')) {
      if (this.faults.valueOf('registry-gone') === undefined) return true;
      if (this.goneUntil !== undefined && Date.now() < this.goneUntil) return true;
    }
    return this.operator.managesRegistry() && this.operator.readyModes().length === 0;
  }

  /** A deletion was asked for: `registry-gone=SECONDS` begins with the first. */
  deletionHappened(): void {
    const seconds = this.faults.valueOf('registry-gone');
    if (seconds === undefined || this.goneUntil !== undefined) return;
    this.goneUntil = Date.now() + seconds * 1000;
    this.timer = setTimeout(() => void this.update(), seconds * 1000 + 1);
    // The answer to the deletion is still on its way.
    setImmediate(() => void this.update());
  }
}
