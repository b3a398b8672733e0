import { writeFile, readFile } from 'node:fs/promises';
import type { ClusterApi } from '../cluster/api.js';
import { readSnapshot, type ReadResult } from '../cluster/read-snapshot.js';
import type { PruneOptions } from '../graph/options.js';
import { RegadmError, messageOf } from '../model/errors.js';
import { streamKey } from '../model/image-stream.js';
import type { MaxDelete } from '../model/max-delete.js';
import { assertImagesWithinLimit } from './plan/limit.js';
import { planImagePrune, type ImagePrunePlan } from './plan/plan.js';
import { narrow, parsePlanFile, planToFile, type PlanFile } from './plan/plan-file.js';
import { emptyOutcome, type Failure, type ImagePruneReport } from './report.js';
import type { Registry } from '../registry/api.js';
import { AuditLog } from './execute/audit-log.js';
import { pendingRecoveryNotice } from '../operator/notice.js';
import { findRegistry, type RegistryAccess } from '../operator/open-registry.js';
import { pruneImages } from './execute/images.js';
import { LiveView } from './execute/live-view.js';
import { preflightError, runPreflight, type PreflightCheck } from './preflight/index.js';
import { Run } from './execute/run.js';
import { SecondLook } from './execute/second-look.js';
import { pruneStreams } from './execute/streams.js';
import { isAway, readSubjects, subjectCandidates } from './gather/subjects.js';

/** A dry run waits no longer than this for a registry: it can do without. */
const DRY_RUN_PROBE_MS = 3000;
/** More manifests than this take longer to read than all lists: only a confirmed run reads them. */
const DRY_RUN_MANIFESTS = 2000;

/** Everything that `regadm prune images` is asked for, as values. */
export interface PruneImagesRequest {
  options: PruneOptions;
  /** `--keep-younger-than` as it was written. */
  keepYoungerThan: string;
  confirm: boolean;
  registry: RegistryAccess;
  preflight: boolean;
  maxDelete?: MaxDelete;
  auditLog?: string;
  planOut?: string;
  planFile?: string;
}

/** Where a prune tells what it does, and what may end it. */
export interface PruneImagesHooks {
  warn(line: string): void;
  log(level: number, line: string): void;
  phase(name: string, total?: number): void;
  tick(count?: number): void;
  signal: AbortSignal;
  /** Monotonic time (ms) by which the age of a look at the cluster is measured. Default: `performance.now`. */
  clock?(): number;
}

/**
 * Reads the cluster, decides what goes, and with `confirm` carries it out.
 * A dry run ends before the first changing request; everything that can fail is looked at before the first deletion.
 * @throws RegadmError when nothing was changed; what fails later is in the report
 */
export async function runPruneImages(
  api: ClusterApi,
  request: PruneImagesRequest,
  hooks: PruneImagesHooks,
): Promise<ImagePruneReport> {
  const session = new PruneSession(api, request, hooks);
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

class PruneSession {
  private readonly startedAt = new Date();
  private readonly warnings: string[] = [];
  private registry: Registry | undefined;
  private registryError: Error | undefined;
  private audit: AuditLog | undefined;

  constructor(
    private readonly api: ClusterApi,
    private readonly request: PruneImagesRequest,
    private readonly hooks: PruneImagesHooks,
  ) {}

  async run(): Promise<ImagePruneReport> {
    const { request, hooks } = this;
    const file = request.planFile === undefined ? undefined : await readPlan(request.planFile);
    const options = file ? withPlanOptions(request.options, file.plan.options) : request.options;
    const early = options.pruneRegistry && request.registry.registryUrl !== undefined ? this.openRegistry() : undefined;
    early?.catch(() => {});
    // Loading it takes as long as the first pages take to come.
    if (options.pruneRegistry) import('../registry/index.js').catch(() => {});
    const notice = pendingRecoveryNotice(this.api);
    hooks.phase('listing');
    const wide = options.referrers !== 'oc';
    const read = await readSnapshot(this.api, {
      namespace: options.namespace,
      referrersNamespace: wide ? undefined : options.namespace,
      everything: options.referrers === 'all' ? { hosts: givenHosts(request.registry.registryUrl) } : undefined,
      signal: hooks.signal,
      onPage: ({ count }) => hooks.tick(count),
    });
    const unfinished = await notice;
    if (unfinished) hooks.log(0, unfinished);
    hooks.phase('planning');
    const fresh = planImagePrune(read.snapshot, options, read.now);
    if (options.pruneRegistry) await (early ?? this.openRegistry(read));
    const complete = await this.withSubjects(fresh, read);
    const plan = file ? this.narrowed(complete, file, read) : complete;
    this.tellOf(plan, read);
    const preflight = await this.preflight(plan);
    assertImagesWithinLimit(plan, request.maxDelete);
    if (request.planOut !== undefined) await writePlan(request.planOut, planToFile(plan, this.api.server, read.now));
    if (!request.confirm) return this.report(plan, read, preflight);
    return this.carryOut(plan, read, preflight);
  }

  async close(): Promise<void> {
    await this.registry?.close();
    await this.audit?.close();
  }

  /** With `--confirm` a registry that cannot be reached ends the run; a dry run goes on without. */
  private async openRegistry(read?: ReadResult): Promise<void> {
    const { request, hooks } = this;
    const warn = (line: string): void => this.warn(line);
    const timeout = request.registry.requestTimeoutMs;
    const requestTimeoutMs = request.confirm ? timeout : Math.min(timeout || DRY_RUN_PROBE_MS, DRY_RUN_PROBE_MS);
    try {
      this.registry = await findRegistry(
        this.api,
        read?.snapshot,
        { ...request.registry, requestTimeoutMs },
        { warn, log: hooks.log, signal: hooks.signal },
      );
    } catch (error) {
      if (request.confirm && !this.nothingToFind(error, read)) throw error;
      this.registryError = error as Error;
    }
  }

  /** Without any image or stream there is no registry to be found, and nothing to be pruned either. */
  private nothingToFind(error: unknown, read?: ReadResult): boolean {
    return (
      (error as RegadmError).code === 'REGISTRY_UNKNOWN' &&
      read !== undefined &&
      read.snapshot.images.count + read.snapshot.streams.length === 0
    );
  }

  /** Attached artifacts are told by manifests: the plan is computed again with what they say. */
  private async withSubjects(plan: ImagePrunePlan, read: ReadResult): Promise<ImagePrunePlan> {
    if (plan.options.referrers === 'oc' || plan.options.namespace !== undefined) return plan;
    if (!this.registry) {
      if (plan.options.pruneSignatures)
        this.warn('no registry to read manifests from: only signatures with tags of cosign are found');
      return plan;
    }
    const candidates = subjectCandidates(plan);
    if (!this.request.confirm && candidates.length > DRY_RUN_MANIFESTS) {
      this.warn(
        `a dry run does not read so many manifests (${candidates.length}): what they alone attach to an image that stays is kept with --confirm, but not told here`,
      );
      return plan;
    }
    this.hooks.phase('reading manifests', candidates.length);
    const { found, unread, broken, error } = await readSubjects(plan, candidates, this.registry, this.hooks);
    this.hooks.signal.throwIfAborted();
    if (error !== undefined && isAway(error)) {
      // When unable to see, stop: what is attached to an image that stays would go.
      if (this.request.confirm) throw error;
      this.warn(
        `manifests cannot be read, so that only cosign's tags tell what is attached to an image: ${messageOf(error)}`,
      );
    } else if (broken > 0) {
      this.warn(
        `${broken} manifests cannot be read: what these images are attached to is unknown, unless cosign's tags tell it: ${messageOf(error)}`,
      );
    } else if (unread)
      this.hooks.log(
        4,
        `manifests cannot be read, so that only cosign's tags tell what is attached to an image: ${unread}`,
      );
    return found > 0 ? planImagePrune(read.snapshot, plan.options, read.now) : plan;
  }

  private narrowed(
    fresh: ImagePrunePlan,
    { plan: file, unchanged }: { plan: PlanFile; unchanged: boolean },
    read: ReadResult,
  ): ImagePrunePlan {
    const { only, left } = narrow(fresh, file, unchanged);
    if (left.length > 0)
      this.warn(`${left.length} of what the plan names stays: it is gone or in use by now, ${left[0]} first`);
    if (!unchanged) this.warn('the plan was edited: only what it still names goes');
    return planImagePrune(read.snapshot, { ...fresh.options, only }, read.now);
  }

  private tellOf({ uses, snapshot, options }: ImagePrunePlan, { clockDifference }: ReadResult): void {
    const told = options.ignoreInvalidRefs ? [...uses.invalid, ...uses.invalidElsewhere] : uses.invalidElsewhere;
    for (const { referrer, field, reference, message } of told) {
      this.warn(
        `${referrer.kind.toLowerCase()}/${referrer.name} namespace=${referrer.namespace}: ${field ? `${field}: ` : ''}"${reference}": ${message}`,
      );
    }
    for (const [image, problem] of snapshot.images.unreadable) {
      this.warn(
        `image ${snapshot.images.nameText(image)}: ${problem}; the image streams that list it are left alone and no image is deleted`,
      );
    }
    if (!this.request.preflight && Math.abs(clockDifference) > 60_000) {
      this.warn(
        `this machine's clock differs from the API server's by ${Math.round(Math.abs(clockDifference) / 1000)} s; ages are counted from the server's`,
      );
    }
  }

  private async preflight(plan: ImagePrunePlan): Promise<PreflightCheck[]> {
    const { request, hooks, api } = this;
    if (!request.preflight) {
      if (this.registryError) this.warn(messageOf(this.registryError));
      return [];
    }
    const { pruneRegistry, namespace } = plan.options;
    const checks = await runPreflight({
      api,
      registry: pruneRegistry ? (this.registry ?? this.registryError) : undefined,
      repositories: plan.snapshot.streams.slice(0, 50).map(streamKey),
      confirm: request.confirm,
      pruneRegistry,
      hasToken: (await api.token()) !== undefined,
      namespace,
      signal: hooks.signal,
    });
    const error = request.confirm ? preflightError(checks) : undefined;
    if (error) throw error;
    for (const check of checks) {
      hooks.log(check.ok ? 4 : 0, `${check.ok ? 'checked' : 'warning'}: ${check.check}: ${check.message}`);
      if (!check.ok) this.warnings.push(`${check.check}: ${check.message}`);
    }
    return checks;
  }

  private async carryOut(
    plan: ImagePrunePlan,
    read: ReadResult,
    preflight: PreflightCheck[],
  ): Promise<ImagePruneReport> {
    const { request, hooks, api } = this;
    const { options } = plan;
    const view = new LiveView(plan.snapshot, options, read.now);
    const look = new SecondLook(api, view, {
      namespace: options.namespace,
      referrersNamespace: options.referrers === 'oc' ? options.namespace : undefined,
      resourceVersions: read.resourceVersions,
      everything: read.everything,
      log: hooks.log,
      clock: hooks.clock,
    });
    if (request.auditLog !== undefined) this.audit = await AuditLog.open(request.auditLog);
    const run = new Run(plan, {
      api,
      registry: options.pruneRegistry ? this.registry : undefined,
      view,
      look,
      audit: this.audit,
      signal: hooks.signal,
      workers: request.registry.workers,
      tick: hooks.tick,
      phase: hooks.phase,
      log: hooks.log,
    });
    try {
      if (plan.streams.length + plan.images.length > 0) {
        // Until here nothing was changed: what fails is an error, not a partial run.
        await this.audit?.append({ action: 'start', server: api.server, images: plan.images.length });
        await look.start();
        await pruneStreams(run);
        await pruneImages(run);
        await run.record({ action: 'end' });
      }
    } finally {
      await look.stop();
    }
    if (run.fatal && untouched(run)) throw run.fatal;
    hooks.log(
      4,
      `the oldest look at the cluster that a deletion rested on was ${(look.oldestLookMs / 1000).toFixed(3)} s old`,
    );
    return {
      ...this.report(plan, read, preflight, run.failures),
      outcome: run.outcome,
      interrupted: hooks.signal.aborted || undefined,
    };
  }

  private report(
    plan: ImagePrunePlan,
    read: ReadResult,
    preflight: PreflightCheck[],
    failures: Failure[] = [],
  ): ImagePruneReport {
    const { images } = plan.snapshot;
    const unreadable = [...images.unreadable].map(([image, message]) => ({
      target: `image ${images.nameText(image)}`,
      message,
    }));
    return {
      dryRun: !this.request.confirm,
      startedAt: this.startedAt,
      finishedAt: new Date(),
      keepYoungerThan: this.request.keepYoungerThan,
      plan,
      outcome: emptyOutcome(plan),
      registry: this.registry && { url: this.registry.url, verified: this.registry.verified },
      preflight,
      warnings: this.warnings,
      failures: [...unreadable, ...failures],
      imageObjectBytes: read.imageObjectBytes,
    };
  }

  private warn(line: string): void {
    this.warnings.push(line);
    this.hooks.warn(line);
  }
}

/** The host of --registry-url: what is pulled from there is ours. */
function givenHosts(url: string | undefined): string[] {
  return url === undefined ? [] : [url.replace(/^https?:\/\//, '')];
}

/** The options of a plan file count; flags beside it that let more stay count too. */
function withPlanOptions(given: PruneOptions, planned: PlanFile['options']): PruneOptions {
  return {
    ...given,
    ...planned,
    all: planned.all && given.all,
    pruneRegistry: planned.pruneRegistry && given.pruneRegistry,
    referrers: given.referrers === 'all' ? 'all' : planned.referrers,
  };
}

/** True when a run ended before anything was changed. */
function untouched({ outcome }: Run): boolean {
  const clean = (codes: Uint8Array): boolean => codes.every((code) => code === 0 || code === 3);
  return (
    clean(outcome.images) &&
    clean(outcome.blobs) &&
    outcome.streams.every(
      ({ items, layerLinks, manifestLinks }) => clean(items) && clean(layerLinks) && clean(manifestLinks),
    )
  );
}

async function readPlan(file: string): Promise<{ plan: PlanFile; unchanged: boolean }> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new RegadmError(`cannot read --plan ${file}: ${messageOf(cause)}`, { code: 'PLAN_FILE', cause });
  });
  return parsePlanFile(file, text, Date.now());
}

async function writePlan(file: string, plan: PlanFile): Promise<void> {
  await writeFile(file, `${JSON.stringify(plan, null, 1)}\n`, { mode: 0o600 }).catch((cause: unknown) => {
    throw new RegadmError(`cannot write --plan-out ${file}: ${messageOf(cause)}`, { code: 'PLAN_FILE', cause });
  });
}
