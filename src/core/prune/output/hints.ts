import type { ImagePruneReport } from '../report.js';
import { hasDeletedInRegistry, isUntouched, STATUS } from '../outcome.js';
import { remainingTags } from '../../graph/unfinished-tags.js';
import { auditLogHint } from '../../deletion/audit-hint.js';
import { streamKey } from '../../model/image-stream.js';

/** Tags that never move: with a build date or a commit in their name. */
const FIXED_TAG =
  /(?:^|[._-])(?:20\d{6}(?:\d{4,6})?|20\d\d-?\d\d-?\d\d|[0-9a-f]{7,40}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*-?20\d\d)(?:$|[._-])/i;
/** Minimum number of such tags for a hint. */
const MANY = 5;

/** Returns hints about a run, for stderr. */
export function hintsFor(report: ImagePruneReport): string[] {
  const { plan, dryRun } = report;
  const { options } = plan;
  const hints: string[] = [];
  const anything = plan.streams.length + plan.images.length > 0;
  if (options.keepTagRevisions === 0 && !options.pruneOverSizeLimit && dryRun) {
    const where = options.namespace === undefined ? 'in all namespaces' : `in namespace ${options.namespace}`;
    hints.push(`--keep-tag-revisions=0 removes every tag that nothing protects, ${where}`);
  }
  if (!options.pruneRegistry && anything)
    hints.push(
      "--prune-registry=false frees no space in the registry's storage: only a hard prune does (regadm prune hard)",
    );
  const fixed = fixedTags(report);
  if (fixed.count >= MANY) {
    hints.push(
      `${fixed.count} tags have a build date or a commit in their name (${fixed.example} …): each keeps one image until the tag is deleted`,
    );
  }
  return [...hints, ...unfinishedTagHints(report), ...registryHints(report), ...auditLogHints(report)];
}

function auditLogHints({ auditLog, outcome }: ImagePruneReport): string[] {
  const hint = auditLog === undefined || isUntouched(outcome) ? undefined : auditLogHint(auditLog);
  return hint === undefined ? [] : [hint];
}

/** Returns a hint about tags that a run with a policy has left in the spec, if this run has none to finish it. */
function unfinishedTagHints({ plan: { snapshot, options } }: ImagePruneReport): string[] {
  if (options.policy) return [];
  const left = snapshot.streams
    .filter(({ namespace }) => options.namespace === undefined || namespace === options.namespace)
    .flatMap((stream) => remainingTags(stream).map(({ tag }) => `${streamKey(stream)}:${tag}`));
  const [first] = left;
  if (first === undefined) return [];
  const which = left.length > 1 ? `${left.length} tags (first: ${first}) are` : `tag ${first} is`;
  return [
    `${which} still to be deleted from spec.tags (annotation regadm/pending-tags): a run with the policy under which tags expire finishes this (--policy)`,
  ];
}

/**
 * Kinds of storage with which the registry confirms a deletion although its request to the storage failed.
 * @see https://github.com/distribution/distribution/blob/v2.8.3/registry/storage/driver/s3-aws/s3.go
 */
const UNPROVEN = new Set(['s3', 'ibmcos', 'swift']);

/** Returns what is left to do in the registry, if something was deleted there. */
function registryHints({ outcome, registrySetup }: ImagePruneReport): string[] {
  if (!hasDeletedInRegistry(outcome)) return [];
  const { storage = '', replicas = 1, isEphemeral = false, isCacheOff = false } = registrySetup ?? {};
  const several = replicas > 1 ? ` (only one of its ${replicas} replicas has forgotten a blob)` : '';
  const remedy = isEphemeral
    ? 'a restart, as every roll-out, deletes all images of this registry'
    : 'regadm registry restart, if pushes miss layers';
  const hints = isCacheOff ? [] : [`the registry's blob cache is stale until it is restarted${several}: ${remedy}`];
  if (UNPROVEN.has(storage) && outcome.blobs.includes(STATUS.deleted)) {
    const after = isCacheOff || isEphemeral ? '' : ', after regadm registry restart';
    hints.push(
      `on ${storage} storage, the registry confirms deletions of blobs even if its storage failed: check what is left with regadm prune hard (a dry run)${after}`,
    );
  }
  return hints;
}

function fixedTags({ plan }: ImagePruneReport): { count: number; example: string } {
  let count = 0;
  let example = '';
  for (const stream of plan.snapshot.streams) {
    for (const { name, items } of stream.tags) {
      if (items.length !== 1 || !FIXED_TAG.test(name) || !/\d/.test(name)) continue;
      example ||= `${streamKey(stream)}:${name}`;
      count++;
    }
  }
  return { count, example };
}
