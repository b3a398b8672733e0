import { describeReason } from '../../graph/reason.js';
import type { EntryStatus } from '../../model/document.js';
import { streamKey } from '../../model/image-stream.js';
import type { ImageStream } from '../../model/table/snapshot.js';
import { digest, EntryTable, list, number, text, value, type Columns } from '../../terminal/entry-table.js';
import { timestamp } from '../../terminal/text.js';
import type { PlannedItem } from '../plan/types.js';
import type { ImagePruneReport } from '../report.js';
import { expiredEntries } from './expired.js';
import { itemOrder, repositoryOrder } from './order.js';
import { deletionStatus, updateStatus, type Notes } from './status.js';
import type {
  BlobEntry,
  ExpiredTagEntry,
  ImageEntry,
  ImageStreamEntry,
  LinkEntry,
  TagItemEntry,
} from './document-type.js';

/** A row of a list: what happened to its object. */
interface Row<Result = EntryStatus> {
  result: Result;
}

interface StreamRow extends Row<EntryStatus<'would-update', 'updated'>> {
  stream: ImageStream;
  /** Position in the plan. */
  at: number;
}

interface ItemRow extends Row {
  item: PlannedItem;
  lastPulled: number | undefined;
}

interface ImageRow extends Row {
  image: number;
}

interface LinkRow extends Row {
  repository: string;
  link: number;
}

interface BlobRow extends Row {
  blob: number;
}

const reason = text(({ result }: Row<Pick<EntryStatus, 'reason'>>) => result.reason);
const message = text(({ result }: Row<Pick<EntryStatus, 'message'>>) => result.message);
/** The columns of what is deleted. */
const RESULT: Columns<Row, EntryStatus> = { status: text(({ result }) => result.status), reason, message };

/** Lists the image streams that change, with their tag items. */
export function streamList(report: ImagePruneReport, notes: Notes): EntryTable<StreamRow, ImageStreamEntry> {
  const columns = itemColumns(report);
  return new EntryTable(streamRows(report), {
    namespace: text(({ stream }) => stream.namespace),
    name: text(({ stream }) => stream.name),
    status: text(({ result }) => result.status),
    reason,
    message,
    items: list(({ at }) => new EntryTable(itemRows(report, at, notes), columns)),
    expiredTags: value(({ at }) => {
      const tags = [...expiredTagEntries(report, at)];
      return tags.length > 0 ? tags : undefined;
    }),
  });
}

function* streamRows({ plan, outcome, dryRun }: ImagePruneReport): Generator<StreamRow> {
  for (const [at, { stream }] of plan.streams.entries()) {
    const { status, note } = outcome.streams[at]!;
    yield { stream, at, result: updateStatus(status, dryRun, () => note) };
  }
}

function* expiredTagEntries(report: ImagePruneReport, stream: number): Generator<ExpiredTagEntry> {
  for (const { tag, rule, inSpec, entry } of expiredEntries(report, stream)) yield { tag, rule, inSpec, ...entry };
}

function itemColumns({ plan }: ImagePruneReport): Columns<ItemRow, TagItemEntry> {
  const { digests, images } = plan.snapshot;
  return {
    tag: text(({ item }) => item.tag),
    position: number(({ item }) => item.position),
    image: digest(digests, ({ item }) => item.image),
    bytes: number(({ item }) => {
      const known = images.indexOf(item.image);
      return known === -1 ? null : images.size(known);
    }),
    lastPulled: text(({ lastPulled }) => time(lastPulled)),
    reason: text(({ item, result }) => result.reason ?? describeReason(item.because)),
    status: RESULT.status,
    message,
  };
}

function* itemRows({ plan, outcome, dryRun }: ImagePruneReport, stream: number, notes: Notes): Generator<ItemRow> {
  const planned = plan.streams[stream]!;
  const { items: codes } = outcome.streams[stream]!;
  const { pulls } = plan.decisions;
  const tagNumbers = new Map(planned.stream.tags.map(({ name }, tag) => [name, tag]));
  for (const at of itemOrder(planned)) {
    const item = planned.items[at]!;
    yield {
      item,
      lastPulled: pulls?.times.item(planned.stream, tagNumbers.get(item.tag)!, item.position),
      result: deletionStatus(codes[at]!, dryRun, () => notes.item(stream, item.image)),
    };
  }
}

/** Lists the images to delete. */
export function imageList(report: ImagePruneReport): EntryTable<ImageRow, ImageEntry> {
  const { snapshot, decisions } = report.plan;
  const { images, digests } = snapshot;
  return new EntryTable(imageRows(report), {
    name: digest(digests, ({ image }) => images.name(image)),
    reference: text(({ image }) => images.reference(image)),
    created: text(({ image }) => timestamp(images.created(image))),
    bytes: number(({ image }) => images.size(image)),
    lastPulled: text(({ image }) => time(decisions.pulls?.times.image(images.name(image)))),
    reason: text(({ image, result }) => result.reason ?? describeReason(decisions.image(image).because)),
    status: RESULT.status,
    message,
  });
}

function* imageRows({ plan, outcome, dryRun }: ImagePruneReport): Generator<ImageRow> {
  for (const [at, image] of plan.images.entries())
    yield { image, result: deletionStatus(outcome.images[at]!, dryRun, () => outcome.imageNotes.get(at)) };
}

function time(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : timestamp(ms)!;
}

/** Lists the links to delete. */
export function linkList(
  report: ImagePruneReport,
  kind: 'layerLinks' | 'manifestLinks',
  notes: Notes,
): EntryTable<LinkRow, LinkEntry> {
  return new EntryTable(linkRows(report, kind, notes), {
    repository: text(({ repository }) => repository),
    digest: digest(report.plan.snapshot.digests, ({ link }) => link),
    ...RESULT,
  });
}

function* linkRows(
  { plan, outcome, dryRun }: ImagePruneReport,
  kind: 'layerLinks' | 'manifestLinks',
  notes: Notes,
): Generator<LinkRow> {
  const { digests } = plan.snapshot;
  for (const stream of repositoryOrder(plan)) {
    const planned = plan.streams[stream]!;
    const { [kind]: codes, note } = outcome.streams[stream]!;
    const repository = streamKey(planned.stream);
    for (const [at, link] of planned[kind].entries()) {
      const noteOf = (): string | undefined => notes.failure(digests.text(link), repository) ?? note;
      yield { repository, link, result: deletionStatus(codes[at]!, dryRun, noteOf) };
    }
  }
}

/** Lists the blobs to delete. */
export function blobList(report: ImagePruneReport): EntryTable<BlobRow, BlobEntry> {
  const { digests, images } = report.plan.snapshot;
  return new EntryTable(blobRows(report), {
    digest: digest(digests, ({ blob }) => blob),
    bytes: number(({ blob }) => images.blobSize(blob)),
    ...RESULT,
  });
}

function* blobRows({ plan, outcome, dryRun }: ImagePruneReport): Generator<BlobRow> {
  for (const [at, blob] of plan.blobs.entries())
    yield { blob, result: deletionStatus(outcome.blobs[at]!, dryRun, () => outcome.blobNotes.get(at)) };
}
