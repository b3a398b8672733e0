import { plural } from '../../../terminal/text.js';

/** Number of clusters that the progress display names. */
const NAMED = 2;

/** The clusters that are being checked. */
export class Waiting {
  /** In the order in which they were started. */
  private readonly names = new Set<string>();

  /** Names a cluster while it is checked. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.names.add(name);
    try {
      return await work();
    } finally {
      this.names.delete(name);
    }
  }

  /** Names the clusters that take longest: `waiting for sno-1, sno-7, 6 others`; nothing if none is checked. */
  texts(): string[] {
    const first = [...this.names].slice(0, NAMED);
    const others = this.names.size - first.length;
    if (first.length === 0) return [];
    return [`waiting for ${[...first, ...(others > 0 ? [plural(others, 'other')] : [])].join(', ')}`];
  }
}
