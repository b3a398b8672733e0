import type { DigestView } from '../../model/table/snapshot.js';
import type { ImageProblem, ProblemKind } from './types.js';

/** What is wrong with images, by image. Problems share the texts of their digests: there can be millions. */
export class Problems {
  private readonly found = new Map<string, ImageProblem[]>();
  private readonly texts = new Map<number, string>();

  constructor(private readonly digests: Pick<DigestView, 'text'>) {}

  /** Number of images with problems. */
  get size(): number {
    return this.found.size;
  }

  /** Adds a problem. @param image @param digest digest numbers */
  add(image: number, what: ProblemKind, digest: number, repository: string): void {
    const name = this.text(image);
    const problem = { what, digest: this.text(digest), repository };
    const known = this.found.get(name);
    if (known) known.push(problem);
    else this.found.set(name, [problem]);
  }

  /** Returns what is wrong with an image; nothing if there is no problem. */
  of(image: string): readonly ImageProblem[] {
    return this.found.get(image) ?? [];
  }

  /** Returns the images with problems, with their problems. */
  entries(): Iterable<[string, readonly ImageProblem[]]> {
    return this.found.entries();
  }

  /** Keeps only the problems for which `keep` returns true. */
  filter(keep: (image: string, problem: ImageProblem) => boolean): void {
    for (const [image, problems] of this.found) {
      const kept = problems.filter((problem) => keep(image, problem));
      if (kept.length > 0) this.found.set(image, kept);
      else this.found.delete(image);
    }
  }

  /** Keeps only the problems that another look found, too. */
  keepCommon(other: Problems): void {
    this.filter((image, { what, digest, repository }) =>
      other.of(image).some((same) => same.what === what && same.digest === digest && same.repository === repository),
    );
  }

  /** Adds the problems of another look that are not known yet. */
  addAll(other: Problems): void {
    for (const [image, found] of other.entries()) {
      const known = this.found.get(image) ?? [];
      const isKnown = (one: ImageProblem): boolean =>
        known.some(({ what, digest }) => what === one.what && digest === one.digest);
      this.found.set(image, [...known, ...found.filter((one) => !isKnown(one))]);
    }
  }

  private text(digest: number): string {
    let text = this.texts.get(digest);
    if (text === undefined) this.texts.set(digest, (text = this.digests.text(digest)));
    return text;
  }
}
