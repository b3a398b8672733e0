import type { KubeObject, Sandbox } from '../../src/sandbox/index.js';

/** Everything that a prune can change, as comparable values, without uids and resource versions. */
export interface State {
  images: string[];
  /** `namespace/name:tag@digest`, in the order of the lists. */
  items: string[];
  /** The items with their creation times. */
  itemTimes: string[];
  /** Digests that interrupted runs left to process, by `namespace/name`. */
  pending: Record<string, string>;
  blobs: string[];
  layerLinks: string[];
  manifestLinks: string[];
}

/** The fields of `regadm prune images -o json` that the checks read. */
export interface PruneDocument {
  dryRun: boolean;
  interrupted?: boolean;
  summary: Record<
    'images' | 'imageStreams' | 'imageStreamTagItems' | 'layerLinks' | 'manifestLinks' | 'blobs' | 'failed' | 'skipped',
    number
  >;
  imageStreams: (EntryResult & {
    namespace: string;
    name: string;
    items: (EntryResult & { tag: string; position: number; image: string })[];
  })[];
  images: (EntryResult & { name: string })[];
  layerLinks: (EntryResult & { repository: string; digest: string })[];
  manifestLinks: (EntryResult & { repository: string; digest: string })[];
  blobs: (EntryResult & { digest: string })[];
  invalidReferences: { referrer: { kind: string; namespace: string; name: string }; field: string }[];
  warnings: string[];
  failures: { target: string; message: string }[];
}

interface EntryResult {
  status: string;
  reason?: string;
  message?: string;
}

export function stateOf({ store, registry }: Sandbox): State {
  const streams = store.list('imagestreams');
  return {
    images: store
      .list('images')
      .map(({ metadata }) => metadata.name)
      .sort(),
    items: streams.flatMap((stream) =>
      tagsOf(stream).flatMap(({ tag, items }) => items.map(({ image }) => `${keyOf(stream)}:${tag}@${image}`)),
    ),
    itemTimes: streams.flatMap((stream) =>
      tagsOf(stream).flatMap(({ tag, items }) =>
        items.map(({ image, created }) => `${keyOf(stream)}:${tag}@${image} ${created}`),
      ),
    ),
    pending: Object.fromEntries(
      streams
        .filter(({ metadata }) => metadata.annotations?.['regadm/pending'])
        .map((stream) => [keyOf(stream), stream.metadata.annotations!['regadm/pending']!]),
    ),
    blobs: registry.blobs(),
    layerLinks: registry.layerLinks(),
    manifestLinks: registry.manifestLinks(),
  };
}

/** Lists the blobs and links that an image, or a child of an image index, needs and that are missing. */
export function missingPartsOf(sandbox: Sandbox, digest: string): string[] {
  const { store, registry } = sandbox;
  const image = store.get('images', digest);
  if (!image) return [`image ${digest}`];
  const repositories = store
    .list('imagestreams')
    .filter((stream) => tagsOf(stream).some(({ items }) => items.some(({ image }) => image === digest)))
    .map(keyOf);
  return partsMissing(sandbox, image, repositories).concat(
    childrenOf(image).flatMap((child) => {
      const found = store.get('images', child);
      return found ? partsMissing(sandbox, found, repositories) : [`child ${child} of ${digest}`];
    }),
    registry.hasBlob(digest) ? [] : [`manifest ${digest}`],
  );
}

/** Lists the missing blobs and links of all remaining images, except planned ones, which can be partly deleted. */
export function missingParts(sandbox: Sandbox, planned: Iterable<string> = []): string[] {
  const skip = new Set(planned);
  return sandbox.store
    .list('images')
    .map(({ metadata }) => metadata.name)
    .filter((name) => !skip.has(name))
    .flatMap((name) => missingPartsOf(sandbox, name));
}

function partsMissing({ registry }: Sandbox, image: KubeObject, repositories: string[]): string[] {
  const name = image.metadata.name;
  const layers = ((image.dockerImageLayers ?? []) as { name: string }[]).map((layer) => layer.name);
  const config = (image.dockerImageMetadata as { Id?: string } | undefined)?.Id;
  const blobs = [...layers, ...(config && config !== name ? [config] : [])];
  return [
    ...[name, ...blobs].filter((digest) => !registry.hasBlob(digest)).map((digest) => `blob ${digest} of ${name}`),
    ...repositories.flatMap((repository) => [
      ...blobs
        .filter((digest) => !registry.hasLayerLink(repository, digest))
        .map((digest) => `layer link ${repository}@${digest}`),
      ...(registry.hasManifestLink(repository, name) ? [] : [`manifest link ${repository}@${name}`]),
    ]),
  ];
}

/** Lists what was deleted although the plan (the document of a dry run) did not name it. */
export function unplannedLosses(before: State, after: State, plan: PruneDocument): string[] {
  const items = plan.imageStreams.flatMap(({ namespace, name, items: listed }) =>
    listed.map(({ tag, image }) => `${namespace}/${name}:${tag}@${image}`),
  );
  const link = ({ repository, digest }: { repository: string; digest: string }): string => `${repository}@${digest}`;
  return [
    ...lost(
      'image',
      before.images,
      after.images,
      plan.images.map(({ name }) => name),
    ),
    ...lost('item', before.items, after.items, items),
    ...lost(
      'blob',
      before.blobs,
      after.blobs,
      plan.blobs.map(({ digest }) => digest),
    ),
    // The registry deletes a layer link of the same digest together with a manifest link.
    ...lost('layer link', before.layerLinks, after.layerLinks, [...plan.layerLinks, ...plan.manifestLinks].map(link)),
    ...lost('manifest link', before.manifestLinks, after.manifestLinks, plan.manifestLinks.map(link)),
  ];
}

function lost(what: string, before: string[], after: string[], named: string[]): string[] {
  const allowed = new Set([...after, ...named]);
  return before.filter((one) => !allowed.has(one)).map((one) => `${what} ${one}`);
}

/** Lists the entries of a confirmed run's document that contradict the sandbox. */
export function falseClaims(document: PruneDocument, before: State, sandbox: Sandbox): string[] {
  const after = stateOf(sandbox);
  const wrong: string[] = [];
  const check = (what: string, { status }: EntryResult, was: boolean, is: boolean): void => {
    if (status.startsWith('would-')) wrong.push(`${what}: ${status} in a confirmed run`);
    if ((status === 'deleted' || status === 'gone') && is) wrong.push(`${what}: ${status}, but it still exists`);
    if (status === 'skipped' && was && !is) wrong.push(`${what}: skipped, but it is gone`);
  };
  const has = (list: string[]): ((one: string) => boolean) => {
    const set = new Set(list);
    return (one) => set.has(one);
  };
  for (const [what, entries, was, is] of [
    ['layer link', document.layerLinks, has(before.layerLinks), has(after.layerLinks)],
    ['manifest link', document.manifestLinks, has(before.manifestLinks), has(after.manifestLinks)],
  ] as const) {
    for (const entry of entries) {
      const name = `${entry.repository}@${entry.digest}`;
      check(`${what} ${name}`, entry, was(name), is(name));
    }
  }
  const blobs = [has(before.blobs), has(after.blobs)] as const;
  for (const entry of document.blobs)
    check(`blob ${entry.digest}`, entry, blobs[0](entry.digest), blobs[1](entry.digest));
  const images = [has(before.images), has(after.images)] as const;
  for (const entry of document.images)
    check(`image ${entry.name}`, entry, images[0](entry.name), images[1](entry.name));
  const count = (list: string[], one: string): number => list.filter((other) => other === one).length;
  for (const { namespace, name, items } of document.imageStreams) {
    for (const item of items) {
      const tag = `${namespace}/${name}:${item.tag}@`;
      const one =
        before.itemTimes.filter((other) => other.startsWith(tag))[item.position] ?? `${tag}${item.image} unknown`;
      check(`item ${one}`, item, true, count(after.itemTimes, one) >= count(before.itemTimes, one));
    }
  }
  return [...wrong, ...wrongCounts(document)];
}

function wrongCounts(document: PruneDocument): string[] {
  const done = (entries: EntryResult[]): number =>
    entries.filter(({ status }) => status === 'deleted' || status === 'gone').length;
  const expected = {
    images: done(document.images),
    blobs: done(document.blobs),
    layerLinks: done(document.layerLinks),
    manifestLinks: done(document.manifestLinks),
    imageStreamTagItems: done(document.imageStreams.flatMap(({ items }) => items)),
    failed: document.failures.length,
  };
  return Object.entries(expected)
    .filter(([key, count]) => document.summary[key as 'images'] !== count)
    .map(([key, count]) => `summary.${key} is ${document.summary[key as 'images']}, not ${count}`);
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function tagsOf(stream: KubeObject): { tag: string; items: { image: string; created: string }[] }[] {
  const tags = (stream.status?.tags ?? []) as { tag: string; items?: { image: string; created: string }[] | null }[];
  return tags.map(({ tag, items }) => ({ tag, items: items ?? [] }));
}

function childrenOf(image: KubeObject): string[] {
  return ((image.dockerImageManifests ?? []) as { digest: string }[]).map(({ digest }) => digest);
}
