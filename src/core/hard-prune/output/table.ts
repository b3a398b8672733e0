import { shortDigest } from '../../model/digest.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { verificationLines } from '../../verification/output/table.js';
import type { HardPruneReport, PlanPart } from '../report.js';
import { summaryLines } from './summary-text.js';

/** Maximum number of rows of a table without `-o wide`. */
const MAX_ROWS = 20;

type TableLayout = Pick<Layout, 'wide' | 'width' | 'styles' | 'headers' | 'order'>;

/** Writes tables of repositories, manifest links, layer links, uploads and blobs (largest first), and a summary. */
export function* hardPruneTables(report: HardPruneReport, layout: TableLayout): Generator<string> {
  const { plan } = report;
  const digestText = (digest: string): string => (layout.wide ? digest : shortDigest(digest));
  const table = <T>(part: PlanPart, titles: string[], items: readonly T[], cells: (item: T) => string[]) => {
    const rows = items.map((item, index) => [...cells(item), statusText(report, part, index)]);
    return tableText(titles, rows, layout);
  };
  yield* table('repositories', ['REPOSITORY', 'WHY'], plan.repositories, ({ name, reason }) => [name, reason]);
  yield* table('manifestLinks', ['MANIFEST LINK OF', 'DIGEST'], plan.manifestLinks, ({ repository, digest }) => [
    repository,
    digestText(digest),
  ]);
  yield* table('layerLinks', ['LAYER LINK OF', 'DIGEST'], plan.layerLinks, ({ repository, digest }) => [
    repository,
    digestText(digest),
  ]);
  yield* table('uploads', ['UPLOAD TO', 'ID'], plan.uploads, ({ repository, id }) => [repository, id]);
  const { blobs } = plan;
  const order = layout.order ?? [...blobs.keys()].sort((a, b) => (blobs[b]!.bytes ?? 0) - (blobs[a]!.bytes ?? 0));
  const rows = order.map((at) => {
    const { digest, bytes } = blobs[at]!;
    return [digestText(digest), bytes === undefined ? '-' : formatBytes(bytes), statusText(report, 'blobs', at)];
  });
  yield* tableText(['BLOB', 'SIZE'], rows, layout);
  yield* summaryLines(report);
  if (!report.verification) return;
  yield '\n';
  yield `${layout.styles.heading('Verification')}\n`;
  yield* verificationLines(report.verification, { ...layout, width: layout.wide ? Infinity : layout.width });
}

function statusText({ outcomes }: HardPruneReport, part: PlanPart, index: number): string {
  if (!outcomes) return 'would-delete';
  const outcome = outcomes[part][index] ?? { status: 'skipped', reason: '' };
  if (outcome.status === 'failed') return `failed: ${outcome.message}`;
  return outcome.status === 'skipped' && outcome.reason ? `skipped: ${outcome.reason}` : outcome.status;
}

/** Writes a table; nothing if there are no rows. */
function* tableText(titles: string[], rows: string[][], layout: TableLayout): Generator<string> {
  const { wide, styles } = layout;
  if (rows.length === 0) return;
  const shown = wide ? rows : rows.slice(0, MAX_ROWS);
  const columns: Column[] = [...titles, 'STATUS'].map((title) => ({
    title,
    wraps: title === 'WHY' || title === 'STATUS',
    align: title === 'SIZE' ? 'right' : 'left',
  }));
  yield* tableLines(columns, shown, layout);
  if (rows.length > shown.length)
    yield `${styles.muted(`… and ${rows.length - shown.length} more (-o wide shows all)`)}\n`;
  yield '\n';
}
