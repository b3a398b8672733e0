/** The server and the resource of a request. */
interface Target {
  server: 'api' | 'registry';
  resource: string;
}

/** Time in ms without progress from which a wait is worth mentioning: most pages of a list arrive in a second. */
const LONG_MS = 3000;

/** The responses that a run waits for. */
export class Waits {
  /** In the order in which they began. */
  private readonly pending = new Set<{ target: Target; since: number }>();
  private progressedAt = -Infinity;

  /** @param clock in ms */
  constructor(private readonly clock = (): number => performance.now()) {}

  /** Notes that the run waits for a server. @returns ends the wait */
  begin(target: Target): () => void {
    const wait = { target, since: this.clock() };
    this.pending.add(wait);
    this.progressedAt = wait.since;
    return () => {
      this.pending.delete(wait);
      this.progressed();
    };
  }

  /** Notes that work was done. */
  progressed(): void {
    this.progressedAt = this.clock();
  }

  /**
   * What the run has waited for longest, with the time in ms. Undefined unless all of the run waits: if anything was
   * sent, received or done recently, the run makes progress.
   */
  get longest(): (Target & { ms: number }) | undefined {
    const now = this.clock();
    const [first] = this.pending;
    if (!first || now - this.progressedAt < LONG_MS) return undefined;
    return { ...first.target, ms: now - first.since };
  }
}
