import { formatBytes } from '../../model/quantity.js';
import type { HardPrunePlan } from '../plan/plan-types.js';

/** How one entry of a plan ended. */
export interface EntryOutcome {
  status: string;
  message?: string;
  reason?: string;
}

export type HardPrunePart = 'blobs' | 'manifestLinks' | 'repositories' | 'layerLinks' | 'uploads';

/** What a hard prune found or did, ready to be printed. */
export interface HardPruneReport {
  dryRun: boolean;
  startedAt: string;
  finishedAt: string;
  options: object;
  plan: HardPrunePlan;
  /** By position in the plan; absent in a dry run. */
  outcomes?: Record<HardPrunePart, EntryOutcome[]>;
  failures: { target: string; message: string }[];
  procedure: object[];
  warnings: string[];
}

/** Order of the arrays in the JSON document. */
const PARTS: HardPrunePart[] = ['blobs', 'manifestLinks', 'repositories', 'layerLinks', 'uploads'];

/** Counts of what was done, or in a dry run would be. */
export function hardPruneSummary({
  plan,
  outcomes,
  failures,
}: HardPruneReport): Record<HardPrunePart | 'bytes' | 'abandonedUploads' | 'failed' | 'skipped', number> {
  const done = (part: HardPrunePart): number =>
    outcomes ? outcomes[part].filter(({ status }) => status === 'deleted').length : plan[part].length;
  const all = outcomes ? PARTS.flatMap((part) => outcomes[part]) : [];
  return {
    blobs: done('blobs'),
    bytes: bytesOf(plan, outcomes),
    manifestLinks: done('manifestLinks'),
    repositories: done('repositories'),
    layerLinks: done('layerLinks'),
    uploads: done('uploads'),
    abandonedUploads: plan.abandonedUploads,
    failed: failures.length,
    skipped: all.filter(({ status }) => status === 'skipped').length,
  };
}

/** Where single sizes are not known (the registry's pruner), the sum is. */
function bytesOf(plan: HardPrunePlan, outcomes: HardPruneReport['outcomes']): number {
  if (!outcomes || plan.blobs.every(({ bytes }) => bytes === undefined)) return plan.bytes;
  return plan.blobs.reduce(
    (sum, { bytes = 0 }, index) => (outcomes.blobs[index]?.status === 'deleted' ? sum + bytes : sum),
    0,
  );
}

function entry(report: HardPruneReport, part: HardPrunePart, index: number): object {
  return {
    ...report.plan[part][index],
    ...(report.outcomes ? (report.outcomes[part][index] ?? { status: 'skipped' }) : { status: 'would-delete' }),
  };
}

/** The document without its arrays. */
function head(report: HardPruneReport): object {
  const { dryRun, startedAt, finishedAt, options } = report;
  return {
    apiVersion: 'regadm/v1',
    kind: 'HardPrune',
    dryRun,
    startedAt,
    finishedAt,
    options,
    summary: hardPruneSummary(report),
  };
}

function tail({ procedure, warnings, failures }: HardPruneReport): object {
  return { procedure, warnings, failures };
}

/** The JSON document, piece by piece: memory does not grow with it. */
export function* hardPruneJson(report: HardPruneReport): Generator<string> {
  yield JSON.stringify(head(report), null, 2).replace(/\n\}$/, '');
  for (const part of PARTS) {
    yield `,\n  ${JSON.stringify(part)}: [`;
    for (let index = 0; index < report.plan[part].length; index++)
      yield `${index ? ',' : ''}\n    ${JSON.stringify(entry(report, part, index))}`;
    yield report.plan[part].length > 0 ? '\n  ]' : ']';
  }
  yield JSON.stringify(tail(report), null, 2).replace(/^\{/, ',') + '\n';
}

/** The same in YAML; `stringify` is that of the yaml package. */
export function* hardPruneYaml(report: HardPruneReport, stringify: (value: unknown) => string): Generator<string> {
  yield stringify(head(report));
  for (const part of PARTS) {
    yield report.plan[part].length > 0 ? `${part}:\n` : `${part}: []\n`;
    for (let index = 0; index < report.plan[part].length; index++) yield stringify([entry(report, part, index)]);
  }
  yield stringify(tail(report));
}

/** One name a line. */
export function* hardPruneNames({ plan }: HardPruneReport): Generator<string> {
  for (const { digest } of plan.blobs) yield `blob/${digest}\n`;
  for (const { repository, digest } of plan.manifestLinks) yield `manifestlink/${repository}@${digest}\n`;
  for (const { name } of plan.repositories) yield `repository/${name}\n`;
  for (const { repository, digest } of plan.layerLinks) yield `layerlink/${repository}@${digest}\n`;
}

/** The words of the registry's own pruner, for scripts that read those. */
export function* hardPruneOriginal(report: HardPruneReport): Generator<string> {
  const { plan, dryRun } = report;
  const verb = dryRun ? 'Would delete' : 'Deleting';
  for (const { repository, digest } of plan.manifestLinks) yield `${verb} manifest link: ${repository}@${digest}\n`;
  for (const { name } of plan.repositories)
    yield dryRun ? `Would delete repository: ${name}\n` : `Deleting repo: /docker/registry/v2/repositories/${name}\n`;
  for (const { digest } of plan.blobs)
    yield dryRun
      ? `Would delete blob: ${digest}\n`
      : `Deleting blob: /docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}\n`;
  const { blobs, bytes } = hardPruneSummary(report);
  yield `${dryRun ? 'Would delete' : 'Deleted'} ${blobs} blobs\n${dryRun ? 'Would free up' : 'Freed up'} ${formatBytes(bytes).replace(' ', '')} of disk space\n`;
  if (dryRun) yield 'Use -prune=delete to actually delete the data\n';
}

/** One line that says what is found, before anything is deleted. */
export function hardPruneFound({
  blobs,
  bytes,
  manifestLinks,
  repositories,
  layerLinks,
  uploads,
}: HardPrunePlan): string {
  const more = [
    [manifestLinks.length, 'manifest links'],
    [repositories.length, 'repositories'],
    [layerLinks.length, 'layer links'],
    [uploads.length, 'uploads'],
  ].filter(([count]) => count !== 0);
  return (
    [`found ${blobs.length} blobs (${formatBytes(bytes)})`, ...more.map(([count, what]) => `${count} ${what}`)].join(
      ', ',
    ) + ' that nothing uses'
  );
}
