import { setTimeout as sleep } from 'node:timers/promises';
import type { Confirmation, WatchEnd } from '../../../cluster/watch.js';
import { Deadline } from '../../../kit/deadline.js';
import { isOlderVersion } from '../../../model/kube.js';
import type { ClusterReads } from '../../ports.js';
import { canOpen, type Source } from './source.js';
import type { WatchBudget } from './watch-budget.js';

/** The waits of a confirmation. Tests replace both. */
export interface ConfirmWaits {
  /** Timeout of the second watch, in ms. */
  limitMs: number;
  /** Waits for the first watch to show a change that the second watch has shown: it can be a moment behind. */
  grace(): Promise<void>;
}

const CONFIRM_WAITS: ConfirmWaits = {
  // The second watch lasts 5 s, and connecting takes time.
  limitMs: 10_000,
  grace: () => sleep(1000, undefined, { ref: false }),
};

/** Longest time to wait for the server to accept a watch, in ms. */
export const OPENING_LIMIT_MS = 1000;

interface SourceWatchesOptions {
  cluster: Pick<ClusterReads, 'watch' | 'confirmWatch'>;
  /** Monotonic time in ms. */
  clock: () => number;
  /** Ends all watches. */
  signal: AbortSignal;
  /** A watch that exceeds it is not used any longer: its source is listed instead. */
  budget: WatchBudget;
  confirmWaits?: ConfirmWaits;
}

/** Opens the watches of sources, opens them again when they end, and confirms those that are silent. */
export class SourceWatches {
  constructor(private readonly options: SourceWatchesOptions) {}

  /** Opens a watch; resolves when it is known whether there is one. */
  open(source: Source): Promise<void> {
    if (!canOpen(source)) return Promise.resolve();
    source.reopenings++;
    source.state = 'opening';
    source.opening = new Promise((resolve) => {
      source.ended = this.watch(source, resolve)
        .catch((): WatchEnd => 'closed')
        .then((end) => {
          this.onEnd(source, end);
          resolve();
        });
    });
    return source.opening;
  }

  /**
   * Checks by a second watch that a silent watch has missed nothing since the last version that it has reported. A
   * watch that is not confirmed is opened again, and its source must be listed.
   */
  confirm(source: Source): Promise<void> {
    source.confirming ??= this.confirmNow(source).finally(() => (source.confirming = undefined));
    return source.confirming;
  }

  private async confirmNow(source: Source): Promise<void> {
    const { cluster, clock, signal, confirmWaits = CONFIRM_WAITS } = this.options;
    const { opened, heardAt, resourceVersion, namespace, reader } = source;
    const wasHeard = (): boolean => source.opened !== opened || source.heardAt !== heardAt;
    const deadline = new Deadline(confirmWaits.limitMs, signal);
    const start = { resourceVersion, namespace, signal: deadline.signal };
    const confirmation = await cluster.confirmWatch(reader.resource, start).catch((): Confirmation => ({
      shown: 'nothing',
    }));
    deadline.clear();
    if (confirmation.shown === 'bookmark' && !isOlderVersion(confirmation.resourceVersion, resourceVersion)) {
      if (wasHeard()) return;
      source.resourceVersion = confirmation.resourceVersion;
      source.heardAt = clock();
      return;
    }
    if (confirmation.shown === 'change' && !wasHeard()) await confirmWaits.grace();
    if (!wasHeard()) await this.reopen(source);
  }

  private async reopen(source: Source): Promise<void> {
    source.close?.();
    await source.ended;
    await Promise.race([source.opening, sleep(OPENING_LIMIT_MS, undefined, { ref: false })]);
  }

  private watch(source: Source, onOpened: () => void): Promise<WatchEnd> {
    const { cluster, clock, signal, budget } = this.options;
    const { reader, namespace, resourceVersion } = source;
    return cluster.watch(
      reader.resource,
      { resourceVersion, namespace, signal },
      {
        opened: (close) => {
          source.state = 'watching';
          source.close = close;
          source.opened++;
          source.caughtUp = false;
          source.heardAt = clock();
          onOpened();
        },
        event: (type, object, bytes) => budget.apply(bytes, () => reader.take(type, object)),
        progress: (version) => {
          source.resourceVersion = version;
          source.heardAt = clock();
        },
      },
    );
  }

  private onEnd(source: Source, end: WatchEnd): void {
    source.state = end === 'refused' ? 'refused' : 'closed';
    // The last events before the end can be missing, so the source is listed before the next deletion.
    source.listedAt = -Infinity;
    if (end === 'expired') source.resourceVersion = '';
    if (end === 'closed' && !this.options.signal.aborted) void this.open(source);
  }
}
