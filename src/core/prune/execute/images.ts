import { apiError } from '../../cluster/api-error.js';
import { objectPath } from '../../cluster/objects.js';
import { IMAGES } from '../../cluster/resources.js';
import { describeReason } from '../../graph/reason.js';
import { STATUS } from '../report.js';
import { forEach, type Run } from './run.js';

/**
 * Carries out what the plan says of images. For each, in this order:
 *  1. look again: an image that has come into use, or whose links could not be removed, stays with all its blobs;
 *  2. its blobs that no other doomed image has;
 *  3. its blobs that others have too, if it is the last of them and none of those had to stay;
 *  4. the image object, by name with its uid: it stays until everything of it is gone, so that the next run finds it.
 * An image index and what it names are looked at together, the index first; what it names stays with it.
 * So many workers delete blobs in the registry; while the API server removes an image object, its worker goes on with the next image.
 */
export async function pruneImages(run: Run): Promise<void> {
  const work = new ImageWork(run);
  run.ports.phase?.('images', run.plan.images.length);
  if (run.plan.images.length > 0 && !(await run.guard(() => run.ports.look.look()))) return;
  await forEach(run, work.units(), (unit) => work.pruneUnit(unit));
  await work.settled();
}

class ImageWork {
  /** By digest number: its position in the plan's blobs, plus 1; 0 for blobs that stay. */
  private readonly planned: Int32Array;
  /** By position in the plan's blobs: how many doomed images that are not finished have it. */
  private readonly owners: Int32Array;
  /** By position in the plan's blobs: an image that has it stays. */
  private readonly kept: Uint8Array;
  /** Deletions of image objects that no worker waits for. */
  private readonly underWay = new Set<Promise<void>>();

  constructor(private readonly run: Run) {
    const { plan } = run;
    this.planned = new Int32Array(plan.snapshot.digests.size);
    plan.blobs.forEach((digest, index) => (this.planned[digest] = index + 1));
    this.owners = new Int32Array(plan.blobs.length);
    this.kept = new Uint8Array(plan.blobs.length);
    for (const image of plan.images) for (const blob of this.blobsOf(image)) this.owners[blob]!++;
  }

  /** Positions in the plan's images: an index with the images that it names, everything else alone. */
  units(): number[][] {
    const { images } = this.run.plan.snapshot;
    const position = new Map(this.run.plan.images.map((image, at) => [image, at]));
    const placed = new Set<number>();
    const place = (at: number): number[] => {
      if (placed.has(at)) return [];
      placed.add(at);
      const unit = [at];
      images.eachChild(this.run.plan.images[at]!, (child) => {
        const childAt = position.get(images.indexOf(child));
        if (childAt !== undefined) unit.push(...place(childAt));
      });
      return unit;
    };
    const order = this.run.plan.images.map((_image, at) => at);
    const indexes = order.filter((at) => images.isIndex(this.run.plan.images[at]!));
    return [...indexes, ...order].map(place).filter((unit) => unit.length > 0);
  }

  async pruneUnit(unit: number[]): Promise<void> {
    if (!(await this.run.ready())) return;
    const blocked = unit.map((at) => this.obstacle(at));
    for (const [index, at] of unit.entries()) {
      if (blocked[index]) this.keep(at, STATUS.skipped, blocked[index]);
    }
    const first = unit[0]!;
    for (const [index, at] of unit.entries()) {
      if (!blocked[index] && this.run.goesOn) {
        if (at !== first && this.stays(first))
          this.keep(at, STATUS.skipped, `image index ${this.nameOf(first)}, which names it, stays`);
        else await this.pruneImage(at, unit.length === 1);
      }
      this.run.ports.tick?.(1);
    }
  }

  /** An image that was to go and did not. */
  private stays(at: number): boolean {
    const code = this.run.outcome.images[at];
    return code === STATUS.skipped || code === STATUS.failed;
  }

  private nameOf(at: number): string {
    const { plan } = this.run;
    return plan.snapshot.images.nameText(plan.images[at]!);
  }

  /** Waits for the deletions that are still under way. */
  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** @param alone nothing else waits for what becomes of the image object */
  private async pruneImage(at: number, alone: boolean): Promise<void> {
    if (!(await this.run.ready())) return;
    const image = this.run.plan.images[at]!;
    const blobs = this.blobsOf(image);
    for (const blob of blobs) {
      if (this.owners[blob] === 1 && !(await this.deleteBlob(at, blob, blobs))) return;
    }
    for (const blob of blobs) {
      if (this.done(blob) || --this.owners[blob]! > 0) continue;
      if (!(await this.deleteBlob(at, blob, blobs))) return;
    }
    // The audit log's line for an image stands on the disk before its worker's next deletion.
    if (!alone || this.run.ports.audit) return this.deleteImage(at, image, blobs);
    while (this.underWay.size >= this.run.ports.workers) await Promise.race(this.underWay);
    const deletion: Promise<void> = this.deleteImage(at, image, blobs).finally(() => this.underWay.delete(deletion));
    this.underWay.add(deletion);
  }

  /** Whether an image may still go; if not, says so in the outcome. The last thing before a deletion, after the look. */
  private mayGo(at: number, blobs: number[]): boolean {
    const obstacle = this.obstacle(at);
    if (obstacle) this.withdraw(at, blobs, obstacle);
    return !obstacle;
  }

  /** An image that must stay after all: a failure if some of its blobs have gone already. */
  private withdraw(at: number, blobs: number[], obstacle: string): void {
    if (!blobs.some((blob) => this.done(blob))) return this.keep(at, STATUS.skipped, obstacle);
    const note = `${obstacle}; some of its blobs were gone by then`;
    this.keep(at, STATUS.failed, this.run.fail(`image ${this.nameOf(at)}`, new Error(note)));
  }

  /** What keeps an image from going; undefined when nothing does. */
  private obstacle(at: number): string | undefined {
    const { run } = this;
    const image = run.plan.images[at]!;
    const held = run.heldBack.get(run.plan.snapshot.images.name(image));
    if (held) return held;
    try {
      const reason = run.ports.view.imageBlocked(image);
      return reason && `it has come into use: ${describeReason(reason)}`;
    } catch (error) {
      run.end(error);
      return 'what uses it is unknown';
    }
  }

  /** An image that stays keeps all its blobs, those that it shares with doomed images too. */
  private keep(at: number, status: typeof STATUS.skipped | typeof STATUS.failed, note: string): void {
    const { outcome, plan } = this.run;
    outcome.images[at] = status;
    outcome.imageNotes.set(at, note);
    for (const blob of this.blobsOf(plan.images[at]!)) {
      this.kept[blob] = 1;
      if (outcome.blobs[blob] !== STATUS.planned) continue;
      outcome.blobs[blob] = STATUS.skipped;
      outcome.blobNotes.set(blob, `image ${plan.snapshot.images.nameText(plan.images[at]!)} stays`);
    }
  }

  /** @returns false when the image must wait: the blob failed, the image has come into use, or the run is to end */
  private async deleteBlob(at: number, blob: number, blobs: number[]): Promise<boolean> {
    const { run } = this;
    const { outcome, plan, ports } = run;
    if (!ports.registry || this.done(blob) || this.kept[blob]) return true;
    if (!(await run.ready()) || !this.mayGo(at, blobs)) return false;
    const digest = plan.blobs[blob]!;
    const text = plan.snapshot.digests.text(digest);
    const needed = this.neededAnew(digest);
    if (needed) {
      outcome.blobs[blob] = STATUS.skipped;
      outcome.blobNotes.set(blob, needed);
      return true;
    }
    try {
      const still = run.still(() => this.obstacle(at) ?? this.neededAnew(digest));
      const result = await ports.registry.deleteBlob(text, { beforeRetry: still });
      outcome.blobs[blob] = result === 'gone' ? STATUS.gone : STATUS.deleted;
      return await run.record({ action: 'delete-blob', digest: text, result });
    } catch (error) {
      outcome.blobs[blob] = STATUS.failed;
      const message = run.fail(`blob ${text}`, error);
      outcome.blobNotes.set(blob, message);
      this.keep(at, STATUS.failed, `its blob ${text} could not be removed`);
      await run.record({ action: 'delete-blob', digest: text, result: 'failed', message });
      return false;
    }
  }

  private neededAnew(digest: number): string | undefined {
    return this.run.ports.view.blobNeeded(digest) ? 'an image that was pushed meanwhile needs it' : undefined;
  }

  private done(blob: number): boolean {
    const code = this.run.outcome.blobs[blob];
    return code === STATUS.deleted || code === STATUS.gone;
  }

  private async deleteImage(at: number, image: number, blobs: number[]): Promise<void> {
    const { run } = this;
    const { images } = run.plan.snapshot;
    const name = images.nameText(image);
    if (!(await run.ready()) || !this.mayGo(at, blobs)) return;
    const path = objectPath(IMAGES, name);
    try {
      const uid = images.uid(image);
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...(uid ? { preconditions: { uid } } : {}) };
      const answer = await run.ports.api.request('DELETE', path, {
        body,
        beforeRetry: run.still(() => this.obstacle(at)),
      });
      if (answer.status === 409) return this.withdraw(at, blobs, 'it was deleted and pushed again meanwhile');
      if (![200, 202, 404].includes(answer.status)) throw apiError(answer);
      const result = answer.status === 404 ? 'gone' : 'deleted';
      run.outcome.images[at] = result === 'gone' ? STATUS.gone : STATUS.deleted;
      await run.record({ action: 'delete-image', name, uid, result });
    } catch (error) {
      const message = run.fail(`image ${name}`, error);
      this.keep(at, STATUS.failed, message);
      await run.record({ action: 'delete-image', name, result: 'failed', message });
    }
  }

  /** An image's blobs that the plan takes, by position in the plan's blobs, each once. */
  private blobsOf(image: number): number[] {
    const { images } = this.run.plan.snapshot;
    const found = new Set<number>();
    const add = (digest: number): void => {
      const position = this.planned[digest]!;
      if (position > 0) found.add(position - 1);
    };
    add(images.name(image));
    images.eachBlob(image, add);
    return [...found];
  }
}
