import { shortDigests } from '../../model/digest.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { thousands } from '../../terminal/text.js';
import { verificationLines } from '../../verification/output/table.js';
import { wrappedWords } from '../../terminal/wrap.js';
import { isEmpty, type HardPruneReport, type PlanPart } from '../report.js';
import { onlineTables } from '../online/output/tables.js';
import { blobStatus } from './blob-status.js';
import { MAX_ROWS } from './max-rows.js';
import { sentence, summaryLines } from './summary-text.js';

type TableLayout = Pick<Layout, 'wide' | 'width' | 'styles' | 'headers' | 'order'>;

/** Writes tables of repositories, manifest links, layer links, uploads and blobs (largest first), and a summary. */
export function* hardPruneTables(report: HardPruneReport, layout: TableLayout): Generator<string> {
  const unlimited = { ...layout, width: layout.wide ? Infinity : layout.width };
  if (report.online || !isEmpty(report.plan)) {
    for (const line of wrappedWords(sentence(report), unlimited.width)) yield `${line}\n`;
    yield '\n';
  }
  for (const table of tablesOf(report, layout.order)) yield* tableText(table, report, unlimited);
  if (report.online) yield* onlineTables(report.online, unlimited);
  yield* summaryLines(report);
  if (!report.verification) return;
  yield '\n';
  yield `${layout.styles.heading('Verification')}\n`;
  yield* verificationLines(report.verification, unlimited);
}

/** A table of one part of the plan. */
interface Table {
  part: PlanPart;
  titles: string[];
  /** Positions in the part, in the order of the rows. */
  order: readonly number[];
  cells: (at: number, short: (digest: string) => string) => string[];
  digest?: (at: number) => string;
  note?: string;
}

function tablesOf({ plan }: HardPruneReport, blobOrder?: readonly number[]): Table[] {
  const { repositories, uploads, blobs } = plan;
  const largestFirst = (): number[] =>
    [...blobs.keys()].sort((a, b) => (blobs[b]!.bytes ?? 0) - (blobs[a]!.bytes ?? 0));
  return [
    {
      ...{ part: 'repositories', titles: ['REPOSITORY', 'WHY'], order: [...repositories.keys()] },
      cells: (at) => [repositories[at]!.name, repositories[at]!.reason],
    },
    linkTable(plan, 'manifestLinks', 'MANIFEST LINK OF'),
    linkTable(plan, 'layerLinks', 'LAYER LINK OF'),
    {
      ...{ part: 'uploads', titles: ['UPLOAD TO', 'ID'], order: [...uploads.keys()] },
      cells: (at) => [uploads[at]!.repository, uploads[at]!.id],
    },
    {
      ...{ part: 'blobs', titles: ['BLOB', 'SIZE'], order: blobOrder ?? largestFirst() },
      digest: (at) => blobs[at]!.digest,
      cells: (at, short) => [short(blobs[at]!.digest), sizeText(blobs[at]!.bytes)],
      note: blobs.every(({ bytes }) => bytes === undefined)
        ? "SIZE is not known: the registry's pruner states only the sum"
        : `SIZE is that of the stored blob${blobOrder ? '' : '; the largest come first'}`,
    },
  ];
}

function linkTable(plan: HardPruneReport['plan'], part: 'manifestLinks' | 'layerLinks', title: string): Table {
  const links = plan[part];
  return {
    ...{ part, titles: [title, 'DIGEST'], order: [...links.keys()] },
    digest: (at) => links[at]!.digest,
    cells: (at, short) => [links[at]!.repository, short(links[at]!.digest)],
  };
}

const sizeText = (bytes: number | undefined): string => (bytes === undefined ? '-' : formatBytes(bytes));

function statusText(report: HardPruneReport, part: PlanPart, index: number): string {
  const { outcomes } = report;
  const shown = (status: 'would-delete' | 'deleted' | 'gone'): string =>
    part === 'blobs' ? blobStatus(status, report) : status;
  if (!outcomes) return shown('would-delete');
  const outcome = outcomes[part][index] ?? { status: 'skipped', reason: '' };
  if (outcome.status === 'failed') return `failed: ${outcome.message}`;
  if (outcome.status !== 'skipped') return shown(outcome.status);
  return outcome.reason ? `skipped: ${outcome.reason}` : 'skipped';
}

/** Writes a table; nothing if there are no rows. */
function* tableText(
  { part, titles, order, cells, digest, note }: Table,
  report: HardPruneReport,
  layout: TableLayout,
): Generator<string> {
  const { wide, styles } = layout;
  if (order.length === 0) return;
  const shown = wide ? order : order.slice(0, MAX_ROWS);
  const short = wide || !digest ? (text: string) => text : shortDigests(shown.map(digest));
  const rows = shown.map((at) => [...cells(at, short), statusText(report, part, at)]);
  const columns: Column[] = [...titles, 'STATUS'].map((title) => ({
    title,
    wraps: title === 'WHY' || title === 'STATUS',
    align: title === 'SIZE' ? 'right' : 'left',
  }));
  yield* tableLines(columns, rows, layout);
  const hidden = order.length - shown.length;
  if (hidden > 0) yield `${styles.muted(`… and ${thousands(hidden)} more (-o wide shows all)`)}\n`;
  if (note !== undefined) yield `${styles.muted(note)}\n`;
  yield '\n';
}
