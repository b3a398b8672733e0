import { tableLines, type Column } from '../../terminal/table.js';
import { plural, thousands } from '../../terminal/text.js';
import type { WhyAnswer, WhyNamespace } from '../explanation.js';
import { NOT_SEARCHED, byTag, overview, verdictOf, type Context, type WhyItem } from './overview.js';

/** Maximum rows of a table unless `wide`. */
const ROWS = 20;

/**
 * Yields the answer for a namespace: a row for every tag item or, if these are too many, for every image stream.
 * Details of images are shown only by other arguments, because there can be thousands.
 */
export function* namespacePieces(answer: WhyAnswer, namespace: WhyNamespace, context: Context): Generator<string> {
  const { images, withoutChanges } = answer;
  const { styles: paint, wide } = context;
  const items = itemsByStream(answer, namespace);
  const all = [...items.values()].flat();
  const { name, streams } = namespace;
  yield `${paint.heading(`namespace ${name}`)}: ${plural(images.length, 'image')} in ${plural(streams.length, 'image stream')}${all.length > 0 ? `; ${verdicts(all)}` : ''}\n\n`;
  if (all.length === 0) return;
  const isLong = !wide && all.length > ROWS;
  yield* isLong ? streamRows(items, context) : overview(all, context);
  yield '\n';
  if (withoutChanges) yield NOT_SEARCHED;
  const example = paint.heading(`${name}/${[...items].find(([, { length }]) => length > 0)![0]}`);
  yield isLong
    ? `For each tag item, add ${paint.heading('-o wide')}, or name one image stream: ${example}.\n`
    : `For details, name one image stream, tag or image: ${example}.\n`;
}

/** Groups the tag items of the namespace by image stream; in each, they are in the order of tags and positions. */
function itemsByStream({ images }: WhyAnswer, { name, streams }: WhyNamespace): Map<string, WhyItem[]> {
  const found = new Map<string, WhyItem[]>(streams.map((stream) => [stream, []]));
  for (const image of images)
    for (const place of image.places) if (place.namespace === name) found.get(place.stream)!.push({ image, place });
  for (const items of found.values()) items.sort(byTag);
  return found;
}

function verdicts(items: WhyItem[]): string {
  const { kept, pruned, removed } = countsOf(items);
  return `${plural(items.length, 'tag item')}: ${thousands(kept)} kept, ${thousands(pruned)} pruned${removed > 0 ? `, ${thousands(removed)} removed from ${removed === 1 ? 'its tag' : 'their tags'}` : ''}`;
}

function* streamRows(items: Map<string, WhyItem[]>, context: Context): Generator<string> {
  const columns: Column[] = [
    { title: 'STREAM' },
    ...['TAGS', 'ITEMS', 'KEPT', 'PRUNED', 'ITEM REMOVED'].map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = [...items].slice(0, ROWS).map(([stream, ofStream]) => {
    const { kept, pruned, removed } = countsOf(ofStream);
    const tags = new Set(ofStream.map(({ place }) => place.tag)).size;
    return [stream, ...[tags, ofStream.length, kept, pruned, removed].map(thousands)];
  });
  yield* tableLines(columns, rows, context);
  if (items.size > ROWS)
    yield `${context.styles.muted(`… and ${thousands(items.size - ROWS)} more (-o wide shows all)`)}\n`;
}

function countsOf(items: readonly WhyItem[]): { kept: number; pruned: number; removed: number } {
  const counts = { kept: 0, pruned: 0, 'item removed': 0 };
  for (const item of items) counts[verdictOf(item)]++;
  return { kept: counts.kept, pruned: counts.pruned, removed: counts['item removed'] };
}
