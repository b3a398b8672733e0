import type { InvalidNames } from '../names/invalid-names.js';

/** Maximum number of images whose invalid names are stored: tenants choose how many there are. */
const STORED = 100;

/** Images with a name (their own, or that of a config, layer or child) that is not a digest. */
export class InvalidImages {
  /** Number of these images. */
  count = 0;
  /** Number of images whose own name is not a digest: they are never deleted or counted in totals. */
  ownNames = 0;
  /** The invalid names of the first images that have any. */
  readonly names = new Map<number, InvalidNames>();

  note(image: number, names: InvalidNames, hasDigestName: boolean): void {
    this.count++;
    if (!hasDigestName) this.ownNames++;
    if (this.names.size < STORED) this.names.set(image, names);
  }
}
