import type { Layout } from '../../terminal/output.js';
import { clean, plural } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import type { BrokenImage, ProblemKind, Verification } from '../plan/types.js';
import { formatBytes } from '../../model/values/quantity.js';

/** Maximum number of broken images, and of lines about one, without `-o wide`. */
const MAX_SHOWN = 20;

const PROBLEM_TEXTS: Record<ProblemKind, string> = {
  'missing-image': 'the Image object does not exist',
  'missing-manifest': 'the manifest does not exist',
  'missing-config': 'the config does not exist',
  'missing-layer': 'a layer does not exist',
  'missing-manifest-link': 'the link to the manifest does not exist, or is damaged',
  'missing-config-link': 'the link to the config does not exist, or is damaged',
  'missing-layer-link': 'the link to a layer does not exist, or is damaged',
  'missing-child': 'the manifest of this child of an image index does not exist',
  'wrong-size': 'the size is not the one that the manifest states',
  corrupt: 'the content does not match the digest',
};

type TextLayout = Pick<Layout, 'wide' | 'width' | 'styles'>;

/** Describes broken images and the counts, for people. */
export function* verificationLines(verification: Verification, layout: TextLayout): Generator<string> {
  const { broken, unchecked } = verification;
  yield* limited(broken, layout, (image) => brokenLines(image, layout));
  for (const { target, message } of limitedItems(unchecked, layout))
    yield* textLines(`could not check ${target}: ${message}`, '', layout);
  if (unchecked.length > 0) yield* moreLine(unchecked.length, layout);
  if (unchecked.length > 0) yield '\n';
  yield* summaryLines(verification, layout);
}

function* brokenLines({ image, problems, tags, uses, remedies }: BrokenImage, layout: TextLayout): Generator<string> {
  const { styles } = layout;
  yield `${styles.heading(image)}\n`;
  yield* limited(problems, layout, function* ({ what, digest, repository }) {
    yield* textLines(`${PROBLEM_TEXTS[what]} (${repository})`, '  ', layout, styles.bad);
    if (digest !== image) yield `    ${digest}\n`;
  });
  yield* named(
    'listed by',
    tags.map(({ namespace, name, tag, position }) => `${namespace}/${name}:${tag} position ${position}`),
    layout,
  );
  yield* named(
    'used by',
    uses.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
    layout,
  );
  for (const remedy of remedies) yield* textLines(remedy, '  * ', layout);
  yield '\n';
}

function* named(what: string, names: readonly string[], layout: TextLayout): Generator<string> {
  if (names.length > 0) yield `  ${what}\n`;
  yield* limited(names, layout, (name) => [`    ${clean(name)}\n`]);
}

/** Describes the counts below the broken images. */
function* summaryLines(verification: Verification, layout: TextLayout): Generator<string> {
  for (const text of summaryTexts(verification)) yield* textLines(text, '', layout);
}

function summaryTexts({ summary, broken: found, unchecked }: Verification): string[] {
  const { images, blobs, bytesRead, broken, orphanedBlobs, danglingLinks, unlistedImages, importedImages } = summary;
  const read = bytesRead > 0 ? `, ${formatBytes(bytesRead)} read` : '';
  const result = broken === 0 ? 'nothing is missing' : `${plural(broken, 'image is', 'images are')} broken`;
  const texts = [
    `Checked ${plural(images, 'image')} and ${plural(blobs, 'blob')}${read}: ${broken === 0 && unchecked.length > 0 ? 'not everything could be checked' : result}`,
  ];
  if (importedImages > 0) texts.push(`Not checked: ${plural(importedImages, 'image')} in other registries`);
  if (orphanedBlobs)
    texts.push(`Orphaned: ${plural(orphanedBlobs, 'blob')} that no Image object names${orphanAdvice(found)}`);
  if (danglingLinks)
    texts.push(`Dangling: ${plural(danglingLinks, 'link')} whose blob is gone and that no listed image needs`);
  if (unlistedImages > 0) texts.push(`Unlisted: ${plural(unlistedImages, 'image')} that no image stream lists`);
  return texts;
}

/** Orphans can belong to images whose objects are lost: then nothing advises to delete them. */
function orphanAdvice(broken: readonly BrokenImage[]): string {
  const isImageLost = broken.some(({ problems }) => problems.some(({ what }) => what === 'missing-image'));
  return isImageLost ? '' : ' (regadm prune hard deletes them)';
}

function* limited<T>(items: readonly T[], layout: TextLayout, lines: (item: T) => Iterable<string>): Generator<string> {
  for (const item of limitedItems(items, layout)) yield* lines(item);
  yield* moreLine(items.length, layout);
}

const limitedItems = <T>(items: readonly T[], { wide }: TextLayout): readonly T[] =>
  wide ? items : items.slice(0, MAX_SHOWN);

function* moreLine(count: number, { wide, styles }: TextLayout): Generator<string> {
  if (!wide && count > MAX_SHOWN) yield `${styles.muted(`… and ${count - MAX_SHOWN} more (-o wide shows all)`)}\n`;
}

function* textLines(
  text: string,
  indent: string,
  { wide, width }: TextLayout,
  style = (line: string): string => line,
): Generator<string> {
  const rest = ' '.repeat(indent.length);
  const lines = wrappedWords(clean(text), wide ? Infinity : width - indent.length);
  for (const [at, line] of lines.entries()) yield `${at === 0 ? indent : rest}${style(line)}\n`;
}
