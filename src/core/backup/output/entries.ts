import { age } from '../../model/values/age.js';
import type { Layout } from '../../terminal/output.js';
import { clean, plural, thousands, timestamp } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import type { Entry, SavedRun, SavedTag } from '../plan/saved.js';
import type { RunEntry, SavedEntry } from './document-type.js';

/** Maximum number of entries of a list, except with `-o wide`. */
const ROWS = 20;
/** Maximum number of tags of an image that are shown, except with `-o wide`. */
const TAGS = 5;

/** Converts an entry for a document. */
export function entryDocument({ name, saved, run, tags }: Entry): SavedEntry {
  return {
    name,
    saved,
    savedAt: timeOf(run),
    run: run.id,
    server: run.server,
    tags: tags.map(({ repository, tag, position, created }) => {
      const [namespace = '', stream = ''] = repository.split('/');
      return { namespace, name: stream, tag, position, created };
    }),
  };
}

/** Converts a run for a document. */
export function runDocument(run: SavedRun): RunEntry {
  return { name: run.id, savedAt: timeOf(run), server: run.server };
}

/** Formats when a run began. */
export function timeOf({ startedAt }: SavedRun): string {
  return timestamp(Date.parse(startedAt))!;
}

/** Formats what else is known of an entry: its size, or its status. */
type Detail<T> = (item: T) => string[];

/**
 * Writes a block per image: its whole digest, then its tags, and when it was saved.
 * @param detail texts that follow, such as the size
 */
export function* entryBlocks<T extends { entry: Entry }>(
  items: readonly T[],
  layout: Layout,
  detail: Detail<T>,
): Generator<string> {
  const { wide, styles, now } = layout;
  const shown = wide ? items : items.slice(0, ROWS);
  for (const item of shown) {
    const { name, run, saved, tags } = item.entry;
    yield `${styles.heading(name)}\n`;
    if (tags.length > 0) yield* indented(tagsText(tags, wide ? Infinity : TAGS), layout);
    const savedAgo = `saved ${age(Date.parse(run.startedAt), now)} ago from ${run.server}`;
    yield* indented([savedAgo, ...(saved === 'image' ? [] : [ONLY[saved]])].join(', '), layout);
    for (const text of detail(item)) yield* indented(text, layout);
  }
  if (items.length > shown.length) yield more(items.length - shown.length, layout);
}

const ONLY = {
  object: 'only the Image object',
  tags: 'only tag items: the cluster kept the image',
} as const;

/** Writes a list of lines under a title; nothing if it is empty. */
export function* titledList(title: string, lines: readonly string[], layout: Layout): Generator<string> {
  if (lines.length === 0) return;
  yield '\n';
  yield `${title}\n`;
  const shown = layout.wide ? lines : lines.slice(0, ROWS);
  for (const line of shown) yield* indented(line, layout);
  if (lines.length > shown.length) yield more(lines.length - shown.length, layout);
}

/** Formats how many entries a list does not show. */
function more(count: number, { styles }: Layout): string {
  return `${styles.muted(`… and ${thousands(count)} more (-o wide shows all)`)}\n`;
}

/** Formats the tags of an entry: `shop/app:latest (position 3)`. */
export function tagsText(tags: readonly SavedTag[], limit: number): string {
  const texts = tags
    .slice(0, limit)
    .map(({ repository, tag, position }) => `${repository}:${tag} (position ${position})`);
  const rest = tags.length - texts.length;
  return [...texts, ...(rest > 0 ? [`${plural(rest, 'more tag')}`] : [])].join(', ');
}

function* indented(text: string, { wide, width }: Layout): Generator<string> {
  for (const line of wrappedWords(clean(text), wide ? Infinity : width - 2)) yield `  ${line}\n`;
}

/** Writes a text in lines that fit; names stay whole. */
export function* paragraph(text: string, { wide, width }: Layout): Generator<string> {
  for (const line of wrappedWords(clean(text), wide ? Infinity : width)) yield `${line}\n`;
}
