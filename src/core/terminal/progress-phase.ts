import { humanDuration } from '../model/values/age.js';
import { thousands } from './text.js';

/** One phase of the work and its progress text. */
export class Phase {
  count = 0;
  private readonly started = performance.now();

  constructor(
    readonly name: string,
    private readonly total: number | undefined,
  ) {}

  /** Formats the progress: `listing images 12,000/100,000 12% 4,000/s 22s left`. */
  text(): string {
    const seconds = (performance.now() - this.started) / 1000;
    const rate = seconds >= 1 ? this.count / seconds : 0;
    const parts = [this.name];
    if (this.total !== undefined) parts.push(`${thousands(this.count)}/${thousands(this.total)}`, `${this.percent()}%`);
    else if (this.count > 0) parts.push(thousands(this.count));
    if (rate > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : thousands(Math.round(rate))}/s`);
    if (rate > 0 && this.total !== undefined && this.count < this.total) {
      parts.push(`${humanDuration(((this.total - this.count) / rate) * 1000)} left`);
    }
    if (rate === 0 && seconds >= 2) parts.push(humanDuration(seconds * 1000));
    return parts.join('  ');
  }

  private percent(): number {
    return this.total ? Math.min(100, Math.floor((this.count * 100) / this.total)) : 100;
  }
}
