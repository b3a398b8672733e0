import type { Backup } from '../../backup-directory/open.js';
import type { BackupRun } from '../../backup-directory/runs.js';
import type { RunContext } from '../../deletion/run-context.js';
import { ApiError, isForbidden } from '../../cluster/api-error.js';
import type { KubeObject } from '../../model/kube.js';
import type { Digest } from '../../model/digest.js';
import type { Failure } from '../../model/document.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { RestoreOutcome } from '../outcome.js';
import type { PlannedImage, RestorePlan } from '../plan/plan.js';
import { grantOnImages } from '../preflight/permissions.js';
import type { RestoreCluster, RestorePorts } from '../ports.js';
import { completeObject, eachSavedObject } from './image-objects.js';
import { Pusher } from './push.js';
import { restoreItems } from './restore-items.js';
import { RestoreRun } from './run.js';

/** The result of executing a plan, or of a dry run. */
export interface Execution {
  dryRun: boolean;
  outcome: RestoreOutcome;
  failures: Failure[];
  interrupted?: { exitCode: number };
}

interface ExecuteInput {
  ports: RestorePorts;
  backup: Backup;
  runs: readonly BackupRun[];
  /** Opens the registry. */
  registry: () => Promise<Registry>;
  holders: ReadonlyMap<Digest, ReadonlySet<RepositoryName>>;
  workers: number;
}

/**
 * Restores what the plan names: images, children first, then their objects, then the tag items. An item is written only
 * when its image is complete. So a run that ends early leaves nothing that names a missing image, and the next run
 * continues.
 * @throws RegadmError if the run ended before anything was restored; later failures are in the result
 */
export async function execute(
  plan: RestorePlan,
  input: ExecuteInput,
  { reporter, signal }: RunContext,
): Promise<Execution> {
  const { ports, backup, runs, holders, workers } = input;
  const run = new RestoreRun(plan, { signal, workers });
  const open = plan.images.filter((image) => run.isOpen(image));
  reporter.phase('restoring images', open.length);
  const isPushed = open.some(({ targets }) => targets.length > 0);
  const pusher = isPushed ? new Pusher({ backup, holders, signal, registry: await input.registry() }) : undefined;
  const objects = new Set<Digest>();
  const restore = async (image: PlannedImage): Promise<void> => {
    const lost = image.children.find((child) => !run.isDone(child) && !objects.has(child));
    if (lost) return run.failImage(image.name, childLost(lost));
    await run.image(image, async () => {
      await pusher?.push(image);
      const isComplete = image.exists && !image.labels;
      if (!isComplete && !(await completeObject(ports.cluster, image))) objects.add(image.name);
      else run.images.set(image.name, { status: 'restored' });
    });
    reporter.tick(1);
  };
  for (const height of new Set(open.map((image) => image.height)))
    await run.forEach(
      open.filter((image) => image.height === height),
      restore,
    );
  await createObjects(run, { ports, backup, runs }, objects);
  failIndexes(run, open);
  await restoreItems(run, plan, { ports, reporter });
  run.finish();
  const outcome = { images: run.images, items: run.items, ...(pusher?.added ?? { blobs: 0, bytes: 0 }) };
  if (run.fatal && !hasRestored(outcome)) throw run.fatal;
  return { dryRun: false, outcome, failures: run.failures, interrupted: run.interrupted };
}

/** Fails the indexes with a child whose object could not be created. */
function failIndexes(run: RestoreRun, images: readonly PlannedImage[]): void {
  for (const { name, children } of images) {
    const lost = children.find((child) => !run.isDone(child));
    if (lost && run.isDone(name)) run.failImage(name, childLost(lost));
  }
}

function childLost(child: Digest): Error {
  return new Error(`its child ${child} was not restored`);
}

/** Creates the Image objects that no push has created. */
async function createObjects(
  run: RestoreRun,
  { ports, backup, runs }: Pick<ExecuteInput, 'ports' | 'backup' | 'runs'>,
  names: Set<Digest>,
): Promise<void> {
  if (names.size === 0) return;
  const found = new Set<Digest>();
  await eachSavedObject(backup, runs, names, async (name, object) => {
    if (!run.isActive) return;
    found.add(name);
    const isCreated = await run.image({ name }, () => createImage(ports.cluster, object));
    if (isCreated) run.images.set(name, { status: 'restored' });
  });
  if (!run.isActive) return;
  for (const name of names)
    if (!found.has(name)) run.failImage(name, new Error('the push created no Image object, and the backup has none'));
}

/** @throws ApiError that names the permission to grant, which the preflight checks only for imported images */
async function createImage(cluster: RestoreCluster, object: KubeObject): Promise<void> {
  try {
    await cluster.createImage(object);
  } catch (error) {
    if (!(error instanceof ApiError) || !isForbidden(error)) throw error;
    const { message, status, reason, answer, step, code } = error;
    const suggestions = [grantOnImages('create')];
    throw new ApiError(message, { status, reason, answer, step, code, suggestions, cause: error });
  }
}

function hasRestored({ images, items }: RestoreOutcome): boolean {
  return [...images.values(), ...items.values()].some(({ status }) => status === 'restored');
}
