import { humanDuration } from '../model/values/age.js';
import { formatBytes } from '../model/values/quantity.js';
import type { Detail, ProgressUnit } from '../kit/reporter.js';
import { thousands } from './text.js';

/** What a phase starts with. */
export type PhaseStart = ConstructorParameters<typeof Phase>;

/** One phase of the work and its progress text. */
export class Phase {
  count = 0;
  private readonly started = performance.now();

  constructor(
    readonly name: string,
    private readonly total: number | undefined,
    private readonly unit: ProgressUnit = 'items',
    private readonly detail: Detail = () => [],
  ) {}

  /**
   * Formats the progress: `deleting images 12,000 of 100,000 (12 %)  4,000/s  22s left`, and the detail. A text
   * longer than `width` loses the time left, the rate, what the detail can do without, and the percentage; then the
   * detail; then the end of the name.
   */
  text(width = Infinity): string {
    const speed = this.speed();
    const details = this.detail();
    const begin = this.begin();
    const texts = [
      ...details.slice(0, 1).flatMap((detail) => withLess(speed).map((parts) => [begin, ...parts, detail])),
      ...details.slice(1).map((detail) => [begin, detail]),
      ...details.slice(-1).map((detail) => [this.begin({ hasPercentage: false }), detail]),
      ...withLess(speed).map((parts) => [begin, ...parts]),
    ].map((parts) => parts.join('  '));
    return texts.find((text) => text.length <= width) ?? this.shortened(width);
  }

  private shortened(width: number): string {
    const amount = this.amount();
    const room = width - (amount ? amount.length + 1 : 0);
    return [room > 1 ? `${this.name.slice(0, room - 1)}…` : '', amount].filter(Boolean).join(' ').slice(0, width);
  }

  private begin(parts?: { hasPercentage: boolean }): string {
    return [this.name, this.amount(parts)].filter(Boolean).join(' ');
  }

  private amount({ hasPercentage } = { hasPercentage: true }): string {
    if (this.total === undefined) return this.count > 0 ? this.format(this.count) : '';
    const amount = `${this.format(Math.min(this.count, this.total))} of ${this.format(this.total)}`;
    return hasPercentage ? `${amount} (${this.percent()} %)` : amount;
  }

  private speed(): string[] {
    const seconds = (performance.now() - this.started) / 1000;
    const rate = seconds >= 1 ? this.count / seconds : 0;
    if (rate === 0) return seconds >= 2 ? [humanDuration(seconds * 1000)] : [];
    const perSecond = rate < 10 && this.unit === 'items' ? rate.toFixed(1) : this.format(Math.round(rate));
    if (this.total === undefined || this.count >= this.total) return [`${perSecond}/s`];
    return [`${perSecond}/s`, `${humanDuration(((this.total - this.count) / rate) * 1000)} left`];
  }

  private format(count: number): string {
    return this.unit === 'bytes' ? formatBytes(count) : thousands(count);
  }

  private percent(): number {
    return this.total ? Math.min(100, Math.floor((this.count * 100) / this.total)) : 100;
  }
}

/** Returns the parts, then all except the last one, and so on. */
function withLess(parts: readonly string[]): string[][] {
  return [...parts, ''].map((_part, index) => parts.slice(0, parts.length - index));
}
