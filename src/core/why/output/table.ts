import { describeReason, describeUse } from '../../graph/reason.js';
import { describeChanges, onlyStream } from '../text.js';
import type { WhyAnswer, WhyChange, WhyImage, WhyPlace, WhyReport } from '../explanation.js';
import { formatBytes } from '../../model/values/quantity.js';
import { age } from '../../model/values/age.js';
import type { Styles } from '../../terminal/color.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines } from '../../terminal/table.js';
import { plural } from '../../terminal/text.js';
import { namespacePieces } from './namespace.js';
import { NOT_SEARCHED, itemsOf, overview, type Context } from './overview.js';

/** Maximum images of a stream or tag that are explained in full; for more, only a table is shown unless `wide`. */
const MAX_EXPLAINED_IMAGES = 1;

/** Yields the answers for people in pieces. */
export function* whyPieces(
  report: WhyReport,
  { wide, width, styles, headers }: Pick<Layout, 'wide' | 'width' | 'styles' | 'headers'>,
): Generator<string> {
  for (const [index, answer] of report.answers.entries()) {
    if (index > 0) yield '\n';
    yield* answerPieces(answer, { report, wide, width, styles, headers });
  }
}

function* answerPieces(answer: WhyAnswer, context: Context): Generator<string> {
  const { images, kind, stream, tag, argument, listed, namespace, withoutChanges } = answer;
  const { styles: paint } = context;
  if (namespace) return yield* namespacePieces(answer, namespace, context);
  const name = kind === 'tag' ? `tag ${stream}:${tag}` : `image stream ${stream}`;
  if (images.length === 0) return yield `${paint.heading(name)} has no images.\n`;
  if (listed === false) yield `${paint.warn('note')}: ${stream} does not list this image (${argument})\n`;
  if (kind !== 'image') yield `${paint.heading(name)}: ${plural(images.length, 'image')}\n\n`;
  if (kind !== 'image' && images.length > MAX_EXPLAINED_IMAGES) yield* overview(itemsOf(answer), context, stream);
  if (kind !== 'image' && images.length > MAX_EXPLAINED_IMAGES && !context.wide) {
    yield '\n';
    if (withoutChanges) yield NOT_SEARCHED;
    return yield `For details, add ${paint.heading('-o wide')}, or name one image: ${paint.heading(`${stream}@sha256:…`)}.\n`;
  }
  if (withoutChanges) yield `\n${NOT_SEARCHED}`;
  for (const [index, image] of images.entries()) {
    if (index > 0 || (kind !== 'image' && images.length > MAX_EXPLAINED_IMAGES)) yield '\n';
    yield* imagePieces(image, context);
    if (image.exists && !withoutChanges) yield* changePieces(image, context);
  }
}

function* imagePieces(image: WhyImage, context: Context): Generator<string> {
  const { report, styles: paint } = context;
  yield `${paint.heading(`image ${image.image}`)}\n`;
  if (image.because.rule === 'image-not-saved') {
    yield 'The image is not in the saved lists. Its tag items are kept, because it may exist.\n\n';
  } else if (!image.exists) {
    yield 'The image no longer exists: only tag items name it, and a prune removes those.\n\n';
  } else {
    yield `${image.index ? 'an image index, ' : ''}${formatBytes(image.bytes)}, created ${age(image.created, report.now)} ago, ${image.managed ? 'pushed' : 'imported'}${pullText(image, report)}\n\n`;
    yield image.goes
      ? `${paint.warn('It would be pruned')}: ${describeReason(image.because)}.\n\n`
      : `${paint.good('It is kept')}: ${describeReason(image.because)}.\n\n`;
  }
  yield* placePieces(image.places, context);
  yield* usePieces(image, context);
}

function pullText({ lastPulled }: WhyImage, report: WhyReport): string {
  if (!report.options.pulls) return '';
  return lastPulled === undefined ? ', no pull known' : `, last pulled ${agoText(lastPulled, report)}`;
}

/** Formats the time of a pull; one in the future counts as now. */
function agoText(time: number, { now }: WhyReport): string {
  return `${age(Math.min(time, now), now)} ago`;
}

/**
 * Shows every tag item that lists the image, in the form that administrators know: `myapp:v2 at position 4 out of 5`.
 */
function* placePieces(places: WhyPlace[], { styles: paint, report }: Context): Generator<string> {
  if (places.length === 0) return yield `${paint.heading('Where it is')}: under no tag of any image stream\n\n`;
  let namespace: string | undefined;
  for (const place of places) {
    if (place.namespace !== namespace) {
      if (namespace !== undefined) yield '\n';
      yield `${paint.heading(`Where it is in namespace ${place.namespace}`)} ${paint.muted('(position 0 is the newest)')}\n`;
    }
    namespace = place.namespace;
    yield `${place.stream}:${place.tag} at position ${place.position} out of ${place.of}\n`;
    yield `    ${place.kept ? paint.good('kept') : paint.warn('would be removed')}: ${describeReason(place.because)}\n`;
    if (place.lastPulled !== undefined) yield `    last pulled ${agoText(place.lastPulled, report)}\n`;
  }
  yield '\n';
}

function* usePieces({ uses }: WhyImage, context: Context): Generator<string> {
  const { wide, styles: paint, report } = context;
  if (uses.length === 0)
    return yield `${paint.heading('Who uses it')}: nobody (within --referrers=${report.options.referrers})\n\n`;
  yield `${paint.heading('Who uses it')}\n`;
  const columns = [{ title: 'WHO' }, { title: 'AS', wraps: true }, { title: 'EFFECT', wraps: true }];
  yield* tableLines(
    columns,
    uses.map((use) => [describeUse(use), wide ? use.reference : shortened(use.reference), use.note]),
    context,
  );
  yield '\n';
}

/** Shortens a digest, which would fill the line. */
function shortened(reference: string): string {
  return reference.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/, '$1…');
}

function* changePieces(image: WhyImage, { styles: paint }: Context): Generator<string> {
  const [it, other] = image.goes ? ['It would be kept', 'be kept'] : ['It would be pruned', 'be pruned'];
  if (image.would.length === 0) return yield `${paint.heading(it)} by no change that regadm knows of\n`;
  yield `${paint.heading(it)}\n`;
  for (const change of image.would)
    yield `- ${describeChanges(change.changes, onlyStream(image.places))}${alsoText(change, other, paint)}\n`;
}

function alsoText({ also }: WhyChange, verb: string, paint: Styles): string {
  if (!also || also.images + also.tagItems === 0) return '';
  const parts = [
    also.images > 0 ? plural(also.images, 'other image') : '',
    also.tagItems > 0 ? plural(also.tagItems, 'other tag item') : '',
  ].filter(Boolean);
  return paint.muted(` (${parts.join(' and ')} would ${verb} too)`);
}
