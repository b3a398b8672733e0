import { describeReason } from '../../graph/reason.js';
import { consideredPulls } from '../../model/pulls.js';
import { compareText } from '../../model/values/compare-text.js';
import type { InvalidReference } from '../../model/errors.js';
import { streamKey } from '../../model/image-stream.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { timestamp } from '../../terminal/text.js';
import type { PreflightCheck } from '../preflight/check.js';
import type { BackupSummary } from '../backup/unsaved.js';
import type { ImagePruneReport } from '../report.js';
import { summarize } from '../summary.js';
import { expiredEntries } from './expired.js';
import { itemOrder, repositoryOrder } from './order.js';
import { deletionStatus, Notes, updateStatus } from './status.js';
import type {
  BackupEntry,
  BlobEntry,
  ExpiredTagEntry,
  ImageEntry,
  ImagePruneDocument,
  ImageStreamEntry,
  LinkEntry,
  PreflightEntry,
  TagItemEntry,
} from './document-type.js';

/** Converts a report to the ImagePrune document of docs/json.md. */
export function imagePruneDocument(report: ImagePruneReport): StreamedDocument<ImagePruneDocument> {
  const notes = new Notes(report);
  return {
    fields: documentFields(report),
    arrays: {
      imageStreams: () => streamEntries(report, notes),
      images: () => imageEntries(report),
      layerLinks: () => linkEntries(report, 'layerLinks', notes),
      manifestLinks: () => linkEntries(report, 'manifestLinks', notes),
      blobs: () => blobEntries(report),
      invalidReferences: () => invalidReferences(report),
      warnings: () => [...report.warnings].sort(compareText),
      failures: () =>
        [...report.failures].sort((a, b) => compareText(a.target, b.target) || compareText(a.message, b.message)),
      preflight: () => report.preflight.map(toPreflightEntry),
    },
  };
}

function documentFields(report: ImagePruneReport): StreamedDocument<ImagePruneDocument>['fields'] {
  const { options } = report.plan;
  return {
    apiVersion: 'regadm/v1',
    kind: 'ImagePrune',
    dryRun: report.dryRun,
    ...(report.interrupted ? { interrupted: true as const } : {}),
    startedAt: timestamp(report.startedAt.getTime())!,
    finishedAt: timestamp(report.finishedAt.getTime())!,
    options: {
      keepTagRevisions: options.keepTagRevisions,
      keepYoungerThan: report.keepYoungerThan,
      all: options.all,
      pruneRegistry: options.pruneRegistry,
      referrers: options.referrers,
      pruneOverSizeLimit: options.pruneOverSizeLimit,
      ignoreInvalidRefs: options.ignoreInvalidRefs,
      pruneSignatures: options.pruneSignatures,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      ...(options.declaredReferrers ? { referrersFile: options.declaredReferrers.file } : {}),
      ...(options.policy ? { policyFile: options.policy.file } : {}),
      ...(options.pulls ? { pulls: consideredPulls(options.pulls) } : {}),
    },
    registry: report.registry ?? null,
    summary: summarize(report),
    ...(report.backup ? { backup: toBackupEntry(report.backup) } : {}),
    ...(report.verification ? { verification: report.verification } : {}),
  };
}

function toBackupEntry({ directory, estimatedBytes, freeBytes, bytes }: BackupSummary): BackupEntry {
  return { directory, estimatedBytes, freeBytes, bytes };
}

function* streamEntries(report: ImagePruneReport, notes: Notes): Generator<ImageStreamEntry> {
  const { plan, outcome, dryRun } = report;
  for (const [at, planned] of plan.streams.entries()) {
    const { status, note } = outcome.streams[at]!;
    const { namespace, name } = planned.stream;
    const items = itemEntries(report, at, notes);
    const tags = [...expiredTagEntries(report, at)];
    const expiredTags = tags.length > 0 ? { expiredTags: tags } : {};
    yield { namespace, name, ...updateStatus(status, dryRun, () => note), items, ...expiredTags };
  }
}

function* expiredTagEntries(report: ImagePruneReport, stream: number): Generator<ExpiredTagEntry> {
  for (const { tag, rule, inSpec, entry } of expiredEntries(report, stream)) yield { tag, rule, inSpec, ...entry };
}

function itemEntries({ plan, outcome, dryRun }: ImagePruneReport, stream: number, notes: Notes): TagItemEntry[] {
  const planned = plan.streams[stream]!;
  const { items: codes } = outcome.streams[stream]!;
  const { decisions } = plan;
  const { digests, images } = plan.snapshot;
  const tagNumbers = new Map(planned.stream.tags.map(({ name }, tag) => [name, tag]));
  return itemOrder(planned).map((at) => {
    const { tag, position, image, because } = planned.items[at]!;
    const known = images.indexOf(image);
    return {
      tag,
      position,
      image: digests.text(image),
      bytes: known === -1 ? null : images.size(known),
      ...lastPulled(decisions.pulls?.times.item(planned.stream, tagNumbers.get(tag)!, position)),
      reason: describeReason(because),
      ...deletionStatus(codes[at]!, dryRun, () => notes.item(stream, image)),
    };
  });
}

function* imageEntries({ plan, outcome, dryRun }: ImagePruneReport): Generator<ImageEntry> {
  const { images } = plan.snapshot;
  for (const [at, image] of plan.images.entries()) {
    yield {
      name: images.nameText(image),
      reference: images.reference(image),
      created: timestamp(images.created(image)),
      bytes: images.size(image),
      ...lastPulled(plan.decisions.pulls?.times.image(images.name(image))),
      reason: describeReason(plan.decisions.image(image).because),
      ...deletionStatus(outcome.images[at]!, dryRun, () => outcome.imageNotes.get(at)),
    };
  }
}

function lastPulled(time: number | undefined): { lastPulled?: string } {
  return time === undefined ? {} : { lastPulled: timestamp(time)! };
}

function* linkEntries(
  { plan, outcome, dryRun }: ImagePruneReport,
  kind: 'layerLinks' | 'manifestLinks',
  notes: Notes,
): Generator<LinkEntry> {
  const { digests } = plan.snapshot;
  for (const stream of repositoryOrder(plan)) {
    const planned = plan.streams[stream]!;
    const { [kind]: codes, note } = outcome.streams[stream]!;
    const repository = streamKey(planned.stream);
    for (const [at, link] of planned[kind].entries()) {
      const digest = digests.text(link);
      const noteOf = (): string | undefined => notes.failure(digest, repository) ?? note;
      yield { repository, digest, ...deletionStatus(codes[at]!, dryRun, noteOf) };
    }
  }
}

function* blobEntries({ plan, outcome, dryRun }: ImagePruneReport): Generator<BlobEntry> {
  const { digests, images } = plan.snapshot;
  for (const [at, blob] of plan.blobs.entries()) {
    const status = deletionStatus(outcome.blobs[at]!, dryRun, () => outcome.blobNotes.get(at));
    yield { digest: digests.text(blob), bytes: images.blobSize(blob), ...status };
  }
}

/** References that were ignored or appeared during the run; with `--namespace`, also those in other namespaces. */
function invalidReferences({ plan, laterReferences = [] }: ImagePruneReport): InvalidReference[] {
  const key = ({ referrer, field, reference }: InvalidReference): string =>
    [referrer.kind, referrer.namespace, referrer.name, field, reference].join('\0');
  return [...plan.uses.invalid, ...plan.uses.reported, ...laterReferences].sort((a, b) => compareText(key(a), key(b)));
}

function toPreflightEntry({ name, status, message, suggestions = [] }: PreflightCheck): PreflightEntry {
  return {
    check: name,
    ok: status === 'ok' || status === 'unknown',
    message: status === 'unknown' ? `not checked: ${message}` : message,
    ...(suggestions.length > 0 ? { suggestion: suggestions.join('; ') } : {}),
  };
}
