import type { DeclaredPath, DeclaredResource } from '../declared-referrers.js';
import { counted } from '../values/counted.js';

/** How many objects of a declared kind were read, and how many values each path has led to. */
export interface DeclaredMatches {
  objects: number;
  readonly values: Map<DeclaredPath, number>;
}

/** What the paths of a declared kind have led to. */
export interface DeclaredSummary {
  readonly file: string;
  /** Line of the kind in the file. */
  readonly line: number;
  /** `things.example.com/v1` */
  readonly name: string;
  readonly objects: number;
  readonly paths: readonly { readonly text: string; readonly line: number; readonly values: number }[];
}

/** Summarizes the matches of a kind. */
export function summarizeMatches(
  file: string,
  declared: DeclaredResource,
  { objects, values }: DeclaredMatches,
): DeclaredSummary {
  const paths = [...declared.images, ...declared.imageStreamTags].map((path) => ({
    text: path.text,
    line: path.line,
    values: values.get(path) ?? 0,
  }));
  return { file, line: declared.line, name: resourceName(declared), objects, paths };
}

/** Returns the name as it is written in the file: `things.example.com/v1`. */
export function resourceName({ resource, group, version }: DeclaredResource): string {
  return `${resource}${group === '' ? '' : `.${group}`}/${version}`;
}

/** Says which paths have led to nothing: a path with a mistake keeps no image. */
export function declaredWarnings(summaries: readonly DeclaredSummary[]): string[] {
  return summaries.flatMap(({ file, line, name, objects, paths }) => {
    if (objects === 0) return [`${file}:${line}: there are no objects of ${name}, so its paths were not tried`];
    const searched = objects === 1 ? `the only object of ${name}` : `any of the ${objects} objects of ${name}`;
    const empty = paths.filter(({ values }) => values === 0);
    return empty.map((path) => `${file}:${path.line}: ${path.text} matches nothing in ${searched}`);
  });
}

/** Says how many values each path has led to, for `-v 4`. */
export function declaredLines(summaries: readonly DeclaredSummary[]): string[] {
  return summaries.flatMap(({ file, name, objects, paths }) =>
    paths.map(({ line, text, values }) => {
      const found = `${counted(values, 'value')} in ${counted(objects, 'object')} of ${name}`;
      return `${file}:${line}: ${text}: ${found}`;
    }),
  );
}
