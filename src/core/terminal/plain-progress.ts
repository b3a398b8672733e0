import type { Progress } from './progress.js';
import { Phase, type PhaseStart } from './progress-phase.js';
import { writerFor } from './writer.js';

/** Time between two lines, in ms. Shorter work prints none. */
const INTERVAL_MS = 30_000;

/** Shows progress without a terminal: a plain line every 30 seconds. */
export class PlainProgress implements Progress {
  private current: Phase | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  phase(...phase: PhaseStart): void {
    this.current = new Phase(...phase);
    if (this.timer) return;
    this.timer = setInterval(() => this.current && this.log(this.current.text()), INTERVAL_MS);
    this.timer.unref();
  }

  tick(count = 1): void {
    if (this.current) this.current.count += count;
  }

  log(line: string): void {
    writerFor(this.stream).line(line);
  }

  done(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.current = undefined;
  }
}
