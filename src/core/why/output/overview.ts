import { describeReason } from '../../graph/reason.js';
import { shortDigests } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import { age } from '../../model/values/age.js';
import type { Styles } from '../../terminal/color.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import type { WhyAnswer, WhyImage, WhyPlace, WhyReport } from '../explanation.js';
import { describeChanges } from '../text.js';

/** What the text of an answer depends on. */
export interface Context extends Pick<Layout, 'wide' | 'width' | 'styles' | 'headers'> {
  report: WhyReport;
}

/** The line for answers without changes. */
export const NOT_SEARCHED =
  'What would have to change is not searched for this many images: name an image stream, a tag or an image.\n';

/** A tag item, and the image that it lists. */
export interface WhyItem {
  image: WhyImage;
  place: WhyPlace;
}

/** Finds the tag items of the stream or tag that was asked about, in the order of tags and positions. */
export function itemsOf({ images, stream, tag }: WhyAnswer): WhyItem[] {
  const items = images.flatMap((image) =>
    image.places
      .filter((place) => `${place.namespace}/${place.stream}` === stream && (tag === undefined || place.tag === tag))
      .map((place) => ({ image, place })),
  );
  return items.sort(byTag);
}

/** Compares tag items of the same stream. An image that several tags list is known only once. */
export function byTag(a: WhyItem, b: WhyItem): number {
  return compareText(a.place.tag, b.place.tag) || a.place.position - b.place.position;
}

/** Returns the verdict on a tag item: `pruned` if its image would be deleted, too. */
export function verdictOf({ image, place }: WhyItem): 'kept' | 'pruned' | 'item removed' {
  return place.kept ? 'kept' : image.goes || !image.exists ? 'pruned' : 'item removed';
}

/**
 * Shows a row for every tag item.
 * @param stream `namespace/name` of the stream that all items are in; undefined: a column names the streams
 */
export function* overview(items: readonly WhyItem[], context: Context, stream?: string): Generator<string> {
  const { report, styles } = context;
  const short = shortDigests(items.map(({ image }) => image.image));
  const rows = items.map(({ image, place }) => [
    ...(stream === undefined ? [place.stream] : []),
    place.tag,
    `${place.position} of ${place.of}`,
    short(image.image),
    age(place.created, report.now),
    verdictOf({ image, place }),
    reasonsFor(image, place),
    otherwise({ image, place }, stream),
  ]);
  const columns = [...(stream === undefined ? [{ title: 'STREAM' }] : []), ...overviewColumns(styles)];
  yield* tableLines(columns, rows, context);
}

function overviewColumns(paint: Styles): Column[] {
  return [
    { title: 'TAG' },
    { title: 'POSITION', align: 'right' },
    { title: 'IMAGE' },
    { title: 'AGE', align: 'right' },
    { title: 'VERDICT', style: (text) => (text.startsWith('pruned') ? paint.warn(text) : paint.good(text)) },
    { title: 'BECAUSE', wraps: true },
    { title: 'OTHERWISE', wraps: true },
  ];
}

/** Describes why an item is kept or removed; if its image stays nevertheless, also what keeps the image. */
function reasonsFor(image: WhyImage, place: WhyPlace): string {
  const reason = describeReason(place.because);
  if (place.kept || image.goes || !image.exists) return reason;
  return `${reason}; the image stays: ${describeReason(image.because)}`;
}

/** Describes the first change that would reverse the verdict. */
function otherwise({ image, place }: WhyItem, stream: string = `${place.namespace}/${place.stream}`): string {
  const [first] = image.would;
  return first ? `${image.goes ? 'kept' : 'pruned'} ${describeChanges(first.changes, stream)}` : '';
}
