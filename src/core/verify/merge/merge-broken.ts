import { compareText } from '../../model/values/compare-text.js';
import type { BrokenImage } from '../../verification/plan/types.js';

/** A list without duplicates, and the text that says which entries are the same. */
class Distinct<T extends object> {
  private readonly entries = new Map<string, T>();

  add(values: readonly T[], keyOf: (value: T) => string): void {
    for (const value of values) {
      const key = keyOf(value);
      if (!this.entries.has(key)) this.entries.set(key, value);
    }
  }

  /** In the order in which the keys sort. */
  sorted(): T[] {
    return [...this.entries].sort(([a], [b]) => compareText(a, b)).map(([, value]) => value);
  }
}

/** Merges the broken images of several documents: each image once, with the problems, tags and uses of all of them. */
export function mergeBroken(documents: readonly { broken: readonly BrokenImage[] }[]): BrokenImage[] {
  const byImage = new Map<string, BrokenImage[]>();
  for (const { broken } of documents)
    for (const each of broken) byImage.set(each.image, [...(byImage.get(each.image) ?? []), each]);
  return [...byImage]
    .sort(([a], [b]) => compareText(a, b))
    .map(([image, reports]) => ({ image, ...mergeReports(reports) }));
}

function mergeReports(reports: readonly BrokenImage[]): Omit<BrokenImage, 'image'> {
  const problems = new Distinct<BrokenImage['problems'][number]>();
  const tags = new Distinct<BrokenImage['tags'][number]>();
  const uses = new Distinct<BrokenImage['uses'][number]>();
  for (const report of reports) {
    problems.add(report.problems, ({ what, digest, repository }) => `${digest} ${repository} ${what}`);
    tags.add(
      report.tags,
      ({ namespace, name, tag, position }) => `${namespace}/${name}:${tag}\n${String(position).padStart(12, '0')}`,
    );
    uses.add(report.uses, ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  }
  const remedies = [...new Set(reports.flatMap((report) => report.remedies))];
  return { problems: problems.sorted(), tags: tags.sorted(), uses: uses.sorted(), remedies };
}
