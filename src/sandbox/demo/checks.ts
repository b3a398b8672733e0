import { readImage } from '../registry/image-objects.js';
import { sum, type Space } from '../registry/space.js';
import type { Sandbox } from '../types.js';

/** The parts of `regadm prune images -o json` that the demonstration reads. */
export interface PruneDocument {
  summary: Record<
    'images' | 'imageStreams' | 'imageStreamTagItems' | 'layerLinks' | 'manifestLinks' | 'blobs' | 'bytes' | 'failed',
    number
  >;
  images: { name: string; status: string }[];
  blobs: { digest: string; bytes?: number; status: string }[];
}

export interface DemoResult {
  planned: PruneDocument;
  done: PruneDocument;
  /** A dry run afterwards. */
  again: PruneDocument;
  before: Space;
  after: Space;
  /** Names of the images that were there at the start. */
  images: string[];
  sandbox: Sandbox;
}

/** What does not add up, in words; nothing when all is well. */
export function checkPrune(result: DemoResult): string[] {
  return [...checkCounts(result), ...checkFiles(result), ...checkRest(result.sandbox)];
}

function checkCounts({ planned, done, again, images, sandbox }: DemoResult): string[] {
  const problems: string[] = [];
  for (const [name, count] of Object.entries(planned.summary)) {
    const was = done.summary[name as keyof PruneDocument['summary']];
    if (was !== count) problems.push(`${name}: ${count} planned, ${was} done`);
  }
  if (done.summary.images === 0) problems.push('nothing was pruned');
  if (done.summary.failed) problems.push(`${done.summary.failed} deletions failed`);
  if (again.summary.images) problems.push(`a further run would delete ${again.summary.images} images`);
  const gone = images.filter((name) => !sandbox.store.get('images', name));
  if (gone.length !== done.summary.images)
    problems.push(`${done.summary.images} images reported as deleted, ${gone.length} are gone`);
  return problems;
}

function checkFiles({ done, before, after }: DemoResult): string[] {
  const problems: string[] = [];
  const reported = new Map(
    done.blobs.filter(({ status }) => status === 'deleted').map(({ digest, bytes }) => [digest, bytes ?? 0]),
  );
  const gone = [...before.blobs].filter(([digest]) => !after.blobs.has(digest));
  if (gone.length !== reported.size)
    problems.push(`${reported.size} blobs reported as deleted, ${gone.length} files are gone`);
  for (const [digest, size] of gone) {
    const bytes = reported.get(digest);
    if (bytes === undefined) problems.push(`${digest} is gone, but was not reported`);
    // Image objects do not tell the size of their manifests.
    else if (bytes !== 0 && bytes !== size) problems.push(`${digest} had ${size} bytes, not ${bytes}`);
  }
  const freed = sum(gone.map(([, size]) => size));
  const unknown = sum(gone.filter(([digest]) => !reported.get(digest)).map(([, size]) => size));
  if (done.summary.bytes !== freed - unknown && done.summary.bytes !== freed) {
    problems.push(`${done.summary.bytes} bytes reported, ${freed} freed (${unknown} of them manifests)`);
  }
  return problems;
}

/** Every image that stayed must have all its blobs. */
function checkRest(sandbox: Sandbox): string[] {
  const managed = sandbox.store
    .list('images')
    .filter((image) => image.metadata.annotations?.['openshift.io/image.managed'] === 'true');
  const missing = managed.flatMap((image) => {
    const { name, config, layers } = readImage(image);
    const needed = [name, ...(config ? [config] : []), ...layers.map((layer) => layer.name)];
    return needed
      .filter((digest) => !sandbox.registry.hasBlob(digest))
      .map((digest) => `image ${name} lacks blob ${digest}`);
  });
  return missing;
}
