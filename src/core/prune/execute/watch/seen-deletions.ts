/** The images whose deletion a watch has shown. Names that no run deletes are not kept, so that memory is limited. */
export class SeenDeletions {
  private readonly seen = new Set<number>();

  /** @param find returns the digest number of an image's name; -1 if it is unknown */
  constructor(private readonly find: (name: string) => number) {}

  add(name: string): void {
    const digest = this.find(name);
    if (digest !== -1) this.seen.add(digest);
  }

  /** True if all these images (digest numbers) were seen. */
  hasAll(digests: readonly number[]): boolean {
    return digests.every((digest) => this.seen.has(digest));
  }
}
