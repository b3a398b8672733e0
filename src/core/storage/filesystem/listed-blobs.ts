import { blobDirectory } from '../layout.js';
import { statOf } from './files.js';

/** Difference between the clock of the process and the times of files, in ms: the kernel rounds them down. */
const ROUNDING_MS = 10;

/** The blobs of a listing. It consists of directories, because it does not look for the data in each. */
export class ListedBlobs {
  private names: Set<string> | undefined;

  /** @param startedAt when the listing began, in ms since the epoch */
  constructor(
    private readonly root: string,
    private readonly hexes: readonly string[],
    private readonly startedAt: number,
  ) {}

  /**
   * Returns true if the listing has a blob, unless its directory is still there, unchanged: then that has contained no
   * data before, as an interrupted deletion leaves it.
   */
  async includes(hex: string): Promise<boolean> {
    this.names ??= new Set(this.hexes);
    if (!this.names.has(hex)) return false;
    const directory = await statOf(blobDirectory(this.root, hex));
    return !directory || directory.mtimeMs >= this.startedAt - ROUNDING_MS;
  }
}
