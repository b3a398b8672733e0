import { consideredPulls } from '../../model/pulls.js';
import { compareText } from '../../model/values/compare-text.js';
import type { InvalidReference } from '../../model/errors.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { timestamp } from '../../terminal/text.js';
import type { PreflightCheck } from '../preflight/check.js';
import type { BackupSummary } from '../backup/unsaved.js';
import type { ImagePruneReport } from '../report.js';
import { summarize } from '../summary.js';
import { blobList, imageList, linkList, streamList } from './entry-lists.js';
import { Notes } from './status.js';
import type { BackupEntry, ImagePruneDocument, PreflightEntry } from './document-type.js';

/** Converts a report to the ImagePrune document of docs/json.md. */
export function imagePruneDocument(report: ImagePruneReport): StreamedDocument<ImagePruneDocument> {
  const notes = new Notes(report);
  return {
    fields: documentFields(report),
    arrays: {
      imageStreams: () => streamList(report, notes),
      images: () => imageList(report),
      layerLinks: () => linkList(report, 'layerLinks', notes),
      manifestLinks: () => linkList(report, 'manifestLinks', notes),
      blobs: () => blobList(report),
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
