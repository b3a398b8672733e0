import { parseDigest, sha256Hex } from '../../model/digest.js';
import type { KubeObject } from '../../model/kube.js';
import { ImageUses, type Collector } from '../../orphans/gather/collectors.js';

/** An image that can need deleted blobs. Digests are 64 hex digits without their algorithm. */
export interface LateImage {
  name: string;
  /** What its object names. */
  needs: string[];
  /** Children of an image index. */
  children: string[];
  /** True if its object does not name all its blobs, or states a size, but no layers. */
  isIncomplete: boolean;
  /** True if its object may not name all its blobs: it names no layers, or layers that are not digests. */
  isDoubtful: boolean;
}

/**
 * Collects, at the end of a run, the images that did not exist when it began, and all others that name a deleted blob.
 */
export class LateImages implements Collector {
  readonly found: LateImage[] = [];
  private readonly later = new Set<string>();

  /**
   * @param isDeleted tells whether the run may have deleted a blob
   * @param known the images that the run knew; if absent, no manifest is read
   */
  constructor(
    private readonly isDeleted: (hex: string) => boolean,
    private readonly known: ReadonlySet<string> | undefined,
  ) {}

  add(image: KubeObject): void {
    const { name } = image.metadata;
    const uses = new ImageUses();
    uses.add(image);
    const needs = [...uses.inUse.keys()];
    const digest = parseDigest(name);
    const hex = digest && sha256Hex(digest);
    if (hex && this.known && !this.known.has(hex)) this.addLater(hex, name, uses);
    else if (needs.some(this.isDeleted))
      this.found.push({ name, needs, children: [], isIncomplete: false, isDoubtful: false });
  }

  /** True if an Image object states what an image needs: then it is known, or checked itself. */
  hasObject(hex: string): boolean {
    return this.later.has(hex) || (this.known?.has(hex) ?? false);
  }

  private addLater(hex: string, name: string, uses: ImageUses): void {
    this.later.add(hex);
    const isStated = uses.embedded.has(hex);
    this.found.push({
      name,
      needs: [...uses.inUse.keys()],
      children: uses.children.get(hex) ?? [],
      isIncomplete: !isStated && uses.incomplete.length + uses.understated.length > 0,
      isDoubtful: !isStated && (uses.doubtful.has(hex) || uses.withoutLayers.has(hex)),
    });
  }
}
