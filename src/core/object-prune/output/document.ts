import { compareText } from '../../model/values/compare-text.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { timestamp } from '../../terminal/text.js';
import { describeReason, type OwnerName } from '../plan/reason.js';
import { summarize, type ObjectPruneReport } from '../report.js';
import type {
  ObjectOwner,
  ObjectPruneDocument,
  ObjectPruneDocumentOptions,
  ObjectPruneSummary,
  PrunedObjectEntry,
} from './document-type.js';

/** The parts of a document that do not depend on its kind, in the order of its keys. */
interface DocumentParts {
  head: Pick<Fields, 'dryRun' | 'interrupted' | 'startedAt' | 'finishedAt'>;
  options: ObjectPruneDocumentOptions;
  summary: ObjectPruneSummary;
  arrays: StreamedDocument<AnyDocument>['arrays'];
}

type AnyDocument = ObjectPruneDocument<string, unknown>;
type Fields = StreamedDocument<AnyDocument>['fields'];

/** Converts a report to the parts of a document of docs/json.md. */
export function documentParts(report: ObjectPruneReport): DocumentParts {
  return {
    head: {
      dryRun: report.dryRun,
      ...(report.interrupted ? { interrupted: true as const } : {}),
      startedAt: timestamp(report.startedAt.getTime())!,
      finishedAt: timestamp(report.finishedAt.getTime())!,
    },
    options: optionsOf(report),
    summary: summarize(report),
    arrays: {
      objects: () => entries(report),
      warnings: () => [...report.warnings].sort(compareText),
      failures: () =>
        [...report.failures].sort((a, b) => compareText(a.target, b.target) || compareText(a.message, b.message)),
    },
  };
}

function optionsOf({ plan: { options }, keepYoungerThan }: ObjectPruneReport): ObjectPruneDocumentOptions {
  const { keepComplete, keepFailed, orphans, rules, namespace } = options;
  return {
    keepYoungerThan,
    keepComplete,
    keepFailed,
    orphans,
    rules,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function* entries({ plan, statuses }: ObjectPruneReport): Generator<PrunedObjectEntry> {
  for (const [at, { object, because }] of plan.deletions.entries()) {
    const { kind, namespace, name, created = NaN, phase = '' } = object;
    yield {
      kind,
      namespace,
      name,
      created: timestamp(created),
      phase,
      owner: because.owner ? toOwner(because.owner) : null,
      reason: describeReason(because),
      ...statuses[at]!,
    };
  }
}

function toOwner({ kind, namespace, name }: OwnerName): ObjectOwner {
  return { kind, namespace, name };
}
