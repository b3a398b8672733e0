import { readImage } from '../registry/image-objects.js';
import { sum, type Space } from '../registry/space.js';
import type { Sandbox } from '../types.js';

/** The fields of `regadm prune images -o json` that the demonstration reads. */
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
  /** A dry run after the prune. */
  again: PruneDocument;
  before: Space;
  after: Space;
  /** Names of the images before the prune. */
  images: string[];
  sandbox: Sandbox;
}

/** Lists the numbers that do not agree, as messages. */
export function checkPrune(result: DemoResult): string[] {
  return [...checkCounts(result), ...checkFiles(result), ...checkKeptImages(result.sandbox)];
}

function checkCounts({ planned, done, again, images, sandbox }: DemoResult): string[] {
  const problems: string[] = [];
  for (const [name, count] of Object.entries(planned.summary)) {
    const reported = done.summary[name as keyof PruneDocument['summary']];
    if (reported !== count) problems.push(`${name}: ${count} planned, ${reported} done`);
  }
  if (done.summary.images === 0) problems.push('nothing was pruned');
  if (done.summary.failed) problems.push(`${done.summary.failed} deletions failed`);
  if (again.summary.images) problems.push(`another run would delete ${again.summary.images} images`);
  const deleted = images.filter((name) => !sandbox.store.get('images', name));
  if (deleted.length !== done.summary.images)
    problems.push(`${done.summary.images} images reported as deleted, ${deleted.length} no longer exist`);
  return problems;
}

function checkFiles({ done, before, after }: DemoResult): string[] {
  const problems: string[] = [];
  const reported = new Map(
    done.blobs.filter(({ status }) => status === 'deleted').map(({ digest, bytes }) => [digest, bytes ?? 0]),
  );
  const deleted = [...before.blobs].filter(([digest]) => !after.blobs.has(digest));
  if (deleted.length !== reported.size)
    problems.push(`${reported.size} blobs reported as deleted, ${deleted.length} files no longer exist`);
  for (const [digest, size] of deleted) {
    const bytes = reported.get(digest);
    if (bytes === undefined) problems.push(`${digest} no longer exists, but was not reported`);
    // Image objects do not have the size of their manifests.
    else if (bytes !== 0 && bytes !== size) problems.push(`${digest} had ${size} bytes, but ${bytes} were reported`);
  }
  const freed = sum(deleted.map(([, size]) => size));
  const unknown = sum(deleted.filter(([digest]) => !reported.get(digest)).map(([, size]) => size));
  if (done.summary.bytes !== freed - unknown && done.summary.bytes !== freed) {
    problems.push(`${done.summary.bytes} bytes reported, ${freed} freed (${unknown} of them manifests)`);
  }
  return problems;
}

/** Checks that every image that was kept has all its blobs. */
function checkKeptImages(sandbox: Sandbox): string[] {
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
