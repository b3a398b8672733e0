import { describeReason } from '../../graph/reason.js';
import { STATUS } from '../outcome.js';
import { groupImages } from './image-units.js';
import { PlannedBlobs } from './planned-blobs.js';
import type { Run } from './run.js';

/**
 * Executes the part of the plan for images. For each image, in this order:
 *  1. look again: an image that is now in use, or that has a link that could not be deleted, is kept with all its
 *     blobs;
 *  2. delete its blobs that no other planned image has;
 *  3. delete its shared blobs, if it is the last of the images that share them and none of those had to be kept;
 *  4. delete the image object, by name with its uid. It remains until everything of it is gone, so that the next run
 *     finds it.
 * An image index and its children are looked at together, the index first; its children are kept if it is kept. Workers
 * delete blobs in the registry; while the API server deletes an image object, its worker continues with the next image.
 */
export async function pruneImages(run: Run): Promise<void> {
  const { images } = run.plan;
  run.ports.reporter.phase('deleting images', images.length);
  if (images.length > 0 && !(await run.attempt(() => run.ports.watcher.look()))) return;
  const pruner = new ImagePruner(run);
  await run.forEach(groupImages(run.plan), (unit) => pruner.pruneUnit(unit));
  await pruner.finish();
}

/** Deletes images; `at` is the position of an image in the plan's images. */
class ImagePruner {
  private readonly blobs: PlannedBlobs;
  /** Deletions of image objects that no worker waits for. */
  private readonly inFlight = new Set<Promise<void>>();

  constructor(private readonly run: Run) {
    this.blobs = new PlannedBlobs(run.plan);
  }

  /** Prunes an index with its children, or a single image. */
  async pruneUnit(unit: number[]): Promise<void> {
    const { run } = this;
    if (!(await run.waitUntilFresh())) return;
    const obstacles = unit.map((at) => this.obstacleTo(at));
    for (const [index, at] of unit.entries()) {
      if (obstacles[index]) this.keep(at, STATUS.skipped, obstacles[index]);
    }
    const first = unit[0]!;
    for (const [index, at] of unit.entries()) {
      if (!obstacles[index] && run.isActive) {
        if (at !== first && this.isKept(first))
          this.keep(at, STATUS.skipped, `image index ${this.nameOf(first)}, which names it, is kept`);
        else await this.pruneImage(at, unit.length === 1);
      }
      run.ports.reporter.tick(1);
    }
  }

  /** Waits for the deletions that are in flight. */
  async finish(): Promise<void> {
    await Promise.all(this.inFlight);
  }

  /** @param isAlone true if nothing else depends on whether the image object is deleted */
  private async pruneImage(at: number, isAlone: boolean): Promise<void> {
    if (!(await this.run.waitUntilFresh())) return;
    const blobs = this.blobsOf(at);
    for (const blob of blobs) {
      if (this.blobs.isExclusive(blob) && !(await this.deleteBlob(at, blob))) return;
    }
    for (const blob of blobs) {
      if (this.isDeleted(blob) || !this.blobs.release(blob)) continue;
      if (!(await this.deleteBlob(at, blob))) return;
    }
    // A worker writes an image's audit log line before its next deletion.
    if (!isAlone || this.run.ports.audit) return this.deleteImage(at);
    while (this.inFlight.size >= this.run.ports.workers) await Promise.race(this.inFlight);
    const deletion: Promise<void> = this.deleteImage(at).finally(() => this.inFlight.delete(deletion));
    this.inFlight.add(deletion);
  }

  /**
   * Deletes a blob.
   * @returns false if the image must wait: the blob failed, the image is now in use, or the run ends
   */
  private async deleteBlob(at: number, blob: number): Promise<boolean> {
    const { run } = this;
    const { registry } = run.ports;
    if (!registry || this.isDeleted(blob) || this.blobs.isKept(blob)) return true;
    if (!(await run.waitUntilFresh()) || !this.mayDelete(at)) return false;
    const { outcome, plan } = run;
    const digest = plan.snapshot.digests.digest(plan.blobs[blob]!);
    const needed = this.neededAgain(blob);
    if (needed) {
      outcome.blobs[blob] = STATUS.skipped;
      outcome.blobNotes.set(blob, needed);
      return true;
    }
    const beforeRetry = run.recheckBeforeRetry(() => this.obstacleTo(at) ?? this.neededAgain(blob));
    const onUnconfirmed = (): void => void run.unconfirmed.add(blob);
    try {
      const result = await registry.deleteBlob(digest, { beforeRetry, onUnconfirmed });
      outcome.blobs[blob] = result === 'gone' ? STATUS.gone : STATUS.deleted;
      return await run.record({ action: 'delete-blob', digest, result });
    } catch (error) {
      await this.failBlob(at, blob, error);
      return false;
    }
  }

  private async failBlob(at: number, blob: number, error: unknown): Promise<void> {
    const { outcome, plan } = this.run;
    const digest = plan.snapshot.digests.text(plan.blobs[blob]!);
    const message = this.run.fail(`blob ${digest}`, error);
    outcome.blobs[blob] = STATUS.failed;
    outcome.blobNotes.set(blob, message);
    this.keep(at, STATUS.failed, `its blob ${digest} could not be deleted`);
    await this.run.record({ action: 'delete-blob', digest, result: 'failed', message });
  }

  private async deleteImage(at: number): Promise<void> {
    const { run } = this;
    if (!(await run.waitUntilFresh()) || !this.mayDelete(at)) return;
    const { images, digests } = run.plan.snapshot;
    const image = run.plan.images[at]!;
    const name = digests.digest(images.name(image));
    const uid = images.uid(image);
    try {
      const beforeRetry = run.recheckBeforeRetry(() => this.obstacleTo(at));
      const result = await run.ports.images.delete(name, { uid, beforeRetry });
      if (result === 'replaced') return this.withdraw(at, 'it was deleted and pushed again in the meantime');
      run.outcome.images[at] = result === 'gone' ? STATUS.gone : STATUS.deleted;
      await run.record({ action: 'delete-image', name, uid, result });
    } catch (error) {
      const message = run.fail(`image ${name}`, error);
      this.keep(at, STATUS.failed, message);
      await run.record({ action: 'delete-image', name, result: 'failed', message });
    }
  }

  /** Checks that an image may still be deleted, and keeps it if not. Runs right before a deletion, after the look. */
  private mayDelete(at: number): boolean {
    const obstacle = this.obstacleTo(at);
    if (obstacle) this.withdraw(at, obstacle);
    return !obstacle;
  }

  /** Keeps a planned image. This is a failure if some of its blobs are already deleted. */
  private withdraw(at: number, obstacle: string): void {
    if (!this.blobsOf(at).some((blob) => this.isDeleted(blob))) return this.keep(at, STATUS.skipped, obstacle);
    const note = `${obstacle}; some of its blobs were already deleted`;
    this.keep(at, STATUS.failed, this.run.fail(`image ${this.nameOf(at)}`, new Error(note)));
  }

  /** Returns why an image must be kept; undefined if it may be deleted. */
  private obstacleTo(at: number): string | undefined {
    const { run } = this;
    const image = run.plan.images[at]!;
    const blocked = run.blocked.get(run.plan.snapshot.images.name(image));
    if (blocked) return blocked;
    try {
      const reason = run.ports.view.imageBlocked(image);
      return reason && `it is now in use: ${describeReason(reason)}`;
    } catch (error) {
      run.end(error);
      return 'what uses it is unknown';
    }
  }

  /** Keeps an image with all its blobs, including those that it shares with other planned images. */
  private keep(at: number, status: typeof STATUS.skipped | typeof STATUS.failed, note: string): void {
    const { outcome } = this.run;
    outcome.images[at] = status;
    outcome.imageNotes.set(at, note);
    for (const blob of this.blobsOf(at)) {
      this.blobs.keep(blob);
      if (outcome.blobs[blob] !== STATUS.planned) continue;
      outcome.blobs[blob] = STATUS.skipped;
      outcome.blobNotes.set(blob, `image ${this.nameOf(at)} is kept`);
    }
  }

  private isKept(at: number): boolean {
    const code = this.run.outcome.images[at];
    return code === STATUS.skipped || code === STATUS.failed;
  }

  private neededAgain(blob: number): string | undefined {
    const digest = this.run.plan.blobs[blob]!;
    return this.run.ports.view.blobNeeded(digest) ? 'an image that was pushed in the meantime needs it' : undefined;
  }

  private isDeleted(blob: number): boolean {
    const code = this.run.outcome.blobs[blob];
    return code === STATUS.deleted || code === STATUS.gone;
  }

  private blobsOf(at: number): number[] {
    return this.blobs.of(this.run.plan.images[at]!);
  }

  private nameOf(at: number): string {
    const { plan } = this.run;
    return plan.snapshot.images.nameText(plan.images[at]!);
  }
}
