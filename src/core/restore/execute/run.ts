import { isApiFailure } from '../../cluster/api-error.js';
import { FailureStreak } from '../../deletion/failure-streak.js';
import { RunState } from '../../deletion/run-state.js';
import type { Digest } from '../../model/digest.js';
import { isNotSent, isRegistryFailure } from '../../registry/error.js';
import { obstacleFailures, obstacleStatus, type ItemOutcome, type RestoreStatus } from '../outcome.js';
import type { PlannedImage, PlannedItem, RestorePlan } from '../plan/plan.js';
import { isUnchanged } from '../plan/plan.js';

/** Status of what the run did not reach. */
const NOT_REACHED: RestoreStatus = { status: 'skipped', reason: 'the run ended before its turn' };

/** The state of a restore: what was restored, and what failed. */
export class RestoreRun extends RunState {
  readonly images = new Map<Digest, RestoreStatus>();
  readonly items = new Map<PlannedItem, ItemOutcome>();
  private readonly registryStreak: FailureStreak;
  private readonly apiStreak: FailureStreak;

  constructor(
    private readonly plan: RestorePlan,
    settings: { signal: AbortSignal; workers: number },
  ) {
    const registry = new FailureStreak(isRegistryFailure, isNotSent);
    const api = new FailureStreak(isApiFailure);
    super(settings, [registry, api]);
    this.registryStreak = registry;
    this.apiStreak = api;
    this.failures.push(...obstacleFailures(plan));
    for (const image of plan.images) this.start(image);
  }

  /** True if nothing has happened to an image yet: it can be restored. */
  isOpen({ name }: PlannedImage): boolean {
    return this.images.get(name) === NOT_REACHED;
  }

  /** True if an image is in the registry and has its object. */
  isDone(name: Digest): boolean {
    const status = this.images.get(name)?.status;
    return status === 'restored' || status === 'unchanged';
  }

  /** Runs a step that restores an image, and notes its failure. @returns whether it succeeded */
  async image({ name }: Pick<PlannedImage, 'name'>, step: () => Promise<unknown>): Promise<boolean> {
    try {
      await step();
      this.registryStreak.succeeded();
      this.apiStreak.succeeded();
      return true;
    } catch (error) {
      this.failImage(name, error);
      return false;
    }
  }

  /** Notes that an image cannot be restored. */
  failImage(name: Digest, error: unknown): void {
    const wasInterrupted = !this.isActive && this.interrupted !== undefined;
    if (wasInterrupted) return;
    this.images.set(name, { status: 'failed', message: this.fail(`image ${name}`, error) });
  }

  /** Completes the statuses when nothing more is done. */
  finish(): void {
    for (const { name, items } of this.plan.images) {
      for (const item of items) if (!this.items.has(item)) this.items.set(item, this.openItem(item));
      const failed = items.find((item) => this.items.get(item)!.status === 'failed');
      const { status } = this.images.get(name)!;
      if (!failed || status === 'failed' || status === 'skipped') continue;
      this.images.set(name, { status: 'failed', message: this.items.get(failed)!.message ?? '' });
    }
  }

  private start(image: PlannedImage): void {
    const { name, obstacle, items } = image;
    this.images.set(
      name,
      obstacle ? obstacleStatus(obstacle) : isUnchanged(image) ? { status: 'unchanged' } : NOT_REACHED,
    );
    for (const item of items) {
      if (item.exists) this.items.set(item, { status: 'unchanged', position: item.position });
      else if (item.obstacle) this.items.set(item, { ...obstacleStatus(item.obstacle), position: item.position });
    }
  }

  private openItem({ position, saved }: PlannedItem): ItemOutcome {
    const image = this.images.get(saved.item.image);
    const status = image?.status === 'failed' ? image : NOT_REACHED;
    return { ...status, position };
  }
}
