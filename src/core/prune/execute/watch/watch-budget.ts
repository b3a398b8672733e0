const MIB = 1024 * 1024;
/**
 * Maximum size of what watches add to the known objects in a run, in bytes of their events: about 50,000 new pods more
 * than were deleted. Without a limit, a server that sends events forever would use all memory.
 */
const BUDGET_BYTES = 512 * MIB;
/** What a known digest costs, in bytes: its characters and its entries in tables. */
const DIGEST_BYTES = 128;
/**
 * Maximum size of an event that is free because it changes a known object, in bytes.
 * @see https://etcd.io/docs/latest/dev-guide/limit/
 */
const FREE_CHANGE_BYTES = 1.5 * MIB;

/** How much is known. */
export interface KnownSize {
  objects: number;
  digests: number;
}

/** Limits the memory for what watches report. */
export class WatchBudget {
  private usedBytes = 0;

  /** @param size returns how much is known now */
  constructor(
    private readonly size: () => KnownSize,
    private readonly limitBytes = BUDGET_BYTES,
  ) {}

  /**
   * Applies an event, and charges what it adds. The deletion of an object is refunded.
   * @returns false if the budget is used up
   */
  apply(bytes: number, event: () => void): boolean {
    const before = this.size();
    event();
    const after = this.size();
    const objects = after.objects - before.objects;
    if (objects > 0 || bytes > FREE_CHANGE_BYTES) this.usedBytes += bytes;
    else if (objects < 0) this.usedBytes = Math.max(0, this.usedBytes - bytes);
    this.usedBytes += (after.digests - before.digests) * DIGEST_BYTES;
    return this.usedBytes <= this.limitBytes;
  }
}
