import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Lines } from '../../terminal/output.js';
import { clean, plural } from '../../terminal/text.js';
import { verificationLines } from '../../verification/output/table.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Recovery } from '../recover-images/types.js';
import type { LinkRepair } from '../repair-links/repair-links.js';
import type { VerifyReport } from '../report.js';

/** Maximum number of links, and of lost images, that are shown without `-o wide`. */
const MAX_SHOWN = 20;

/** Describes the result for people: broken images, counts, and what was repaired. */
export function* verifyLines(
  { verification, links, lostImages }: VerifyReport,
  layout: Layout,
): Generator<string> & Lines {
  const broken = [...inRowOrder(verification.broken, layout.order)];
  const found = sentence(verification);
  if (found !== undefined) yield* [`${found}\n`, '\n'];
  yield* verificationLines({ ...verification, broken }, layout);
  if (links.length > 0) yield* linkLines(links, layout);
  if (lostImages.length > 0) yield* lostLines(lostImages, layout);
}

/** Sums up what is wrong, above the list of it; undefined if nothing is. */
function sentence({ broken, unchecked }: VerifyReport['verification']): string | undefined {
  const parts = [
    ...(broken.length > 0 ? [plural(broken.length, 'image is broken', 'images are broken')] : []),
    ...(unchecked.length > 0 ? ['not everything could be checked'] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join('; ')}.`;
}

function* linkLines(links: readonly LinkRepair[], { wide, styles }: Layout): Generator<string> {
  const shown = wide ? links : links.slice(0, MAX_SHOWN);
  yield '\n';
  yield `${styles.heading('Missing links whose blobs exist')}\n`;
  for (const link of shown) {
    const { status, kind, repository, digest } = link;
    const why = link.status === 'skipped' ? link.reason : link.status === 'failed' ? link.message : undefined;
    yield `  ${status}: ${kind} link in ${clean(repository)}${why === undefined ? '' : `: ${clean(why)}`}\n`;
    yield `    ${digest}\n`;
  }
  if (shown.length < links.length) yield `… and ${links.length - shown.length} more (-o wide shows all)\n`;
  const count = (status: LinkRepair['status']): number => links.filter((link) => link.status === status).length;
  const planned = count('would-write');
  if (planned > 0) yield `Write ${plural(planned, 'link')}: run the same command with --confirm\n`;
  else yield `Wrote ${plural(count('written'), 'link')}\n`;
}

const MISSING: Record<Recovery['missing'][number]['what'], string> = {
  'missing-config': 'the config does not exist',
  'missing-layer': 'a layer does not exist',
  'missing-child': 'a child does not exist, or is incomplete',
  corrupt: 'the manifest does not match its digest',
  'not-an-image': 'it is not the manifest of an image',
};

function* lostLines(lost: readonly Recovery[], { wide, styles }: Layout): Generator<string> {
  const shown = wide ? lost : lost.slice(0, MAX_SHOWN);
  yield '\n';
  yield `${styles.heading('Images in the storage that no Image object names')}\n`;
  for (const image of shown) {
    const { digest, repository, tags, bytes, status, missing, index } = image;
    const why = image.status === 'skipped' ? image.reason : image.status === 'failed' ? image.message : undefined;
    yield `  ${digest}\n`;
    yield `    ${status}: ${clean(repository)}, ${formatBytes(bytes)}${why === undefined ? '' : `: ${clean(why)}`}\n`;
    if (index !== undefined) yield* ['    child of the index\n', `      ${index}\n`];
    if (tags.length > 0) yield `    tags: ${tags.map(clean).join(', ')}\n`;
    for (const { what, digest: needed } of missing) yield* [`    ${MISSING[what]}\n`, `      ${needed}\n`];
  }
  if (shown.length < lost.length) yield `… and ${lost.length - shown.length} more (-o wide shows all)\n`;
  const count = (wanted: Recovery['status']): number => lost.filter(({ status }) => status === wanted).length;
  const planned = count('would-recover');
  if (planned > 0) yield `Recover ${plural(planned, 'image')}: run the same command with --confirm\n`;
  else yield `Recovered ${plural(count('recovered'), 'image')}\n`;
}
