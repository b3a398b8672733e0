import type { Layout, Lines } from '../../terminal/output.js';
import { clean, plural } from '../../terminal/text.js';
import { verificationLines } from '../../verification/output/table.js';
import type { LinkRepair } from '../repair-links/repair-links.js';
import type { VerifyReport } from '../report.js';

/** Maximum number of links that are shown without `-o wide`. */
const MAX_SHOWN = 20;

/** Describes the result for people: broken images, counts, and what was repaired. */
export function* verifyLines({ verification, links }: VerifyReport, layout: Layout): Generator<string> & Lines {
  yield* verificationLines(verification, layout);
  if (links.length > 0) yield* linkLines(links, layout);
}

function* linkLines(links: readonly LinkRepair[], { wide, styles }: Layout): Generator<string> {
  const shown = wide ? links : links.slice(0, MAX_SHOWN);
  yield `\n${styles.heading('Missing links whose blobs exist')}\n`;
  for (const link of shown) {
    const { status, kind, repository, digest } = link;
    const why = link.status === 'skipped' ? link.reason : link.status === 'failed' ? link.message : undefined;
    yield `  ${status}: ${kind} link in ${clean(repository)}${why === undefined ? '' : `: ${clean(why)}`}\n    ${digest}\n`;
  }
  if (shown.length < links.length) yield `… and ${links.length - shown.length} more (-o wide shows all)\n`;
  const count = (status: LinkRepair['status']): number => links.filter((link) => link.status === status).length;
  const planned = count('would-write');
  if (planned > 0) yield `Write ${plural(planned, 'link')}: run the same command with --confirm\n`;
  else yield `Wrote ${plural(count('written'), 'link')}\n`;
}
