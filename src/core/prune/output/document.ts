import { describeReason } from '../../graph/reason.js';
import { streamKey } from '../../model/image-stream.js';
import type { InvalidReference } from '../../model/errors.js';
import { summarize, type ImagePruneReport } from '../report.js';
import { timestamp } from '../../terminal/text.js';
import { compareText, itemOrder, repositoryOrder } from './order.js';
import { Notes, tell } from './status.js';

/** A document in the order of its keys: small values, then arrays whose entries are made one at a time. */
export interface StreamedDocument {
  fields: Record<string, unknown>;
  arrays: Record<string, () => Iterable<unknown>>;
}

/** The ImagePrune document of docs/json.md. */
export function imagePruneDocument(report: ImagePruneReport): StreamedDocument {
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
      preflight: () => report.preflight,
    },
  };
}

function documentFields(report: ImagePruneReport): Record<string, unknown> {
  const { options } = report.plan;
  return {
    apiVersion: 'regadm/v1',
    kind: 'ImagePrune',
    dryRun: report.dryRun,
    ...(report.interrupted ? { interrupted: true } : {}),
    startedAt: timestamp(report.startedAt.getTime()),
    finishedAt: timestamp(report.finishedAt.getTime()),
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
    },
    registry: report.registry ? { url: report.registry.url, verified: report.registry.verified } : null,
    summary: summarize(report),
  };
}

function* streamEntries(report: ImagePruneReport, notes: Notes): Generator<unknown> {
  const { plan, outcome, dryRun } = report;
  for (const [at, planned] of plan.streams.entries()) {
    const { status, note } = outcome.streams[at]!;
    const { namespace, name } = planned.stream;
    yield { namespace, name, ...tell(status, dryRun, 'update', () => note), items: itemEntries(report, at, notes) };
  }
}

function itemEntries({ plan, outcome, dryRun }: ImagePruneReport, stream: number, notes: Notes): unknown[] {
  const planned = plan.streams[stream]!;
  const { items: codes } = outcome.streams[stream]!;
  const { digests, images } = plan.snapshot;
  return itemOrder(planned).map((at) => {
    const { tag, position, image, because } = planned.items[at]!;
    const known = images.indexOf(image);
    return {
      tag,
      position,
      image: digests.text(image),
      bytes: known === -1 ? null : images.size(known),
      reason: describeReason(because),
      ...tell(codes[at]!, dryRun, 'delete', () => notes.item(stream, image)),
    };
  });
}

function* imageEntries({ plan, outcome, dryRun }: ImagePruneReport): Generator<unknown> {
  const { images } = plan.snapshot;
  for (const [at, image] of plan.images.entries()) {
    yield {
      name: images.nameText(image),
      reference: images.reference(image),
      created: timestamp(images.created(image)),
      bytes: images.size(image),
      reason: describeReason(plan.decisions.image(image).because),
      ...tell(outcome.images[at]!, dryRun, 'delete', () => outcome.imageNotes.get(at)),
    };
  }
}

function* linkEntries(
  { plan, outcome, dryRun }: ImagePruneReport,
  which: 'layerLinks' | 'manifestLinks',
  notes: Notes,
): Generator<unknown> {
  const { digests } = plan.snapshot;
  for (const stream of repositoryOrder(plan)) {
    const planned = plan.streams[stream]!;
    const { [which]: codes, note } = outcome.streams[stream]!;
    const repository = streamKey(planned.stream);
    for (const [at, id] of planned[which].entries()) {
      const digest = digests.text(id);
      const { status, reason, message } = tell(
        codes[at]!,
        dryRun,
        'delete',
        () => notes.failure(digest, repository) ?? note,
      );
      yield { repository, digest, status, reason, message };
    }
  }
}

function* blobEntries({ plan, outcome, dryRun }: ImagePruneReport): Generator<unknown> {
  const { digests, images } = plan.snapshot;
  for (const [at, blob] of plan.blobs.entries()) {
    const { status, reason, message } = tell(outcome.blobs[at]!, dryRun, 'delete', () => outcome.blobNotes.get(at));
    yield { digest: digests.text(blob), bytes: images.blobSize(blob), status, reason, message };
  }
}

/** Those that were ignored, and with `--namespace` those elsewhere. */
function invalidReferences({ plan }: ImagePruneReport): InvalidReference[] {
  const key = ({ referrer, field, reference }: InvalidReference): string =>
    [referrer.kind, referrer.namespace, referrer.name, field, reference].join('\0');
  return [...plan.uses.invalid, ...plan.uses.invalidElsewhere].sort((a, b) => compareText(key(a), key(b)));
}
