/** Bytes of a measurement. */
const WINDOW_BYTES = 256 * 1024;
/** Number of measurements in a row that must show a slow link: one alone can be a short stall. */
const SLOW_WINDOWS = 2;
/**
 * Transfer rate of all responses together, in bytes per ms, below which the link is slow: 100 Mbit/s. On a faster one,
 * compression costs the API server more time than it saves.
 */
const SLOW = 12_500;

/**
 * Measures how fast the bodies of responses arrive, all those together that arrive at the same time. Neither the time
 * until a body begins nor the time in which this process is busy counts: both say nothing about the network.
 */
export class LinkSpeed {
  /** True once the link was slow. */
  isSlow = false;
  private arriving = 0;
  private bytes = 0;
  private waitedMs = 0;
  private waitingSince = 0;
  private slowWindows = 0;

  /** @param clock returns how long this process has waited for events, in ms */
  constructor(private readonly clock = (): number => performance.eventLoopUtilization().idle) {}

  /** Notes the first bytes of a body. They count neither as bytes nor as time. */
  begin(): void {
    if (this.arriving++ === 0) this.waitingSince = this.clock();
  }

  /** Notes further bytes of a body. */
  took(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes >= WINDOW_BYTES) this.closeWindow();
  }

  /** Notes the end of a body. */
  end(): void {
    if (--this.arriving === 0) this.addWait();
  }

  private addWait(): void {
    const now = this.clock();
    this.waitedMs += now - this.waitingSince;
    this.waitingSince = now;
  }

  private closeWindow(): void {
    this.addWait();
    const isSlow = this.bytes < SLOW * this.waitedMs;
    this.slowWindows = isSlow ? this.slowWindows + 1 : 0;
    this.isSlow ||= this.slowWindows >= SLOW_WINDOWS;
    this.bytes = 0;
    this.waitedMs = 0;
  }
}
