import type { DigestTable } from '../model/table/digest-table.js';
import type { InvalidReference } from '../model/errors.js';
import {
  namesStream,
  parseImageReference,
  parseStreamImage,
  parseStreamTag,
  type ImageReference,
} from '../model/image-reference.js';
import type { Reference, Referrer, Use } from '../model/referrer.js';

/** How widely uses are searched. */
export type ReferrerScope = 'oc' | 'extended' | 'all';

export interface UseOptions {
  scope: ReferrerScope;
  /** Pods created after this moment (ms) count whatever their phase. */
  podsYoungerThan: number;
  /** Size limit mode: every pod counts. */
  everyPod: boolean;
  /** With `-n`: invalid references elsewhere are only told. */
  namespace?: string;
}

/** Who uses what. Digests are numbers of the table that was handed in; a digest that is not in it is used by nobody we could delete. */
export interface UseIndex {
  /** By `namespace/name:tag`. */
  tags: Map<string, Use[]>;
  /** By `namespace/name`, then by image. */
  images: Map<string, Map<number, Use[]>>;
  /** By image, whatever the stream; empty for the scope `oc`. */
  digests: Map<number, Use[]>;
  /** By what a runtime reported alone: a manifest's or a config's digest. */
  ids: Map<number, Use[]>;
  invalid: InvalidReference[];
  /** Invalid references outside the namespace that is pruned. */
  invalidElsewhere: InvalidReference[];
}

/** Reads every reference of the referrers that count. Pure; a bad reference is collected, never thrown. */
export function collectUses(referrers: Iterable<Referrer>, digests: DigestTable, options: UseOptions): UseIndex {
  const collector = new UseCollector(digests, options);
  for (const referrer of referrers) collector.add(referrer);
  return collector.index;
}

/** Whether a pod's references count: `oc` looks at running, pending and young ones; beyond it, all that are not known to have ended. */
function podCounts(pod: Referrer, options: UseOptions): boolean {
  if (options.everyPod || pod.phase === 'Running' || pod.phase === 'Pending') return true;
  if (pod.created! > options.podsYoungerThan) return true;
  return options.scope !== 'oc' && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

const BARE_ID = /^(?:docker:\/\/)?(sha(?:256|384|512):[0-9a-f]{64,128})$/;

class UseCollector {
  readonly index: UseIndex = {
    tags: new Map(),
    images: new Map(),
    digests: new Map(),
    ids: new Map(),
    invalid: [],
    invalidElsewhere: [],
  };
  private readonly parsed = new Map<string, ImageReference | string>();

  constructor(
    private readonly digests: DigestTable,
    private readonly options: UseOptions,
  ) {}

  add(referrer: Referrer): void {
    if (referrer.phase !== undefined && !podCounts(referrer, this.options)) return;
    for (const reference of referrer.references) {
      if (reference.extended && this.options.scope === 'oc') continue;
      this.addReference(referrer, reference);
    }
  }

  private addReference(referrer: Referrer, reference: Reference): void {
    switch (reference.form) {
      case 'stream-tag':
        return this.addStreamTag(referrer, reference);
      case 'stream-image':
        return this.addStreamImage(referrer, reference);
      case 'image-id':
        return this.addImageId(referrer, reference);
      case 'pull-spec':
        return this.addPullSpec(referrer, reference);
    }
  }

  private addPullSpec(referrer: Referrer, reference: Reference): void {
    const parsed = this.parse(reference.text);
    if (typeof parsed === 'string') return this.addInvalid(referrer, reference, 'image', parsed);
    this.addImage(referrer, reference, parsed);
  }

  private addImage(referrer: Referrer, reference: Reference, image: ImageReference): void {
    const use = useOf(referrer, reference);
    const stream = `${image.namespace}/${image.name}`;
    if (image.digest) {
      if (namesStream(image)) this.addStreamUse(stream, image.digest, use);
      this.addDigest(this.index.digests, image.digest, use);
    } else if (namesStream(image)) {
      push(this.index.tags, `${stream}:${image.tag || 'latest'}`, use);
    }
  }

  private addStreamTag(referrer: Referrer, reference: Reference): void {
    const parsed = parseStreamTag(reference.text);
    if (typeof parsed === 'string') return this.addInvalid(referrer, reference, 'ImageStreamTag', parsed);
    push(this.index.tags, `${reference.namespace}/${parsed.name}:${parsed.tag}`, useOf(referrer, reference));
  }

  private addStreamImage(referrer: Referrer, reference: Reference): void {
    const parsed = parseStreamImage(reference.text);
    if (typeof parsed === 'string') return this.addInvalid(referrer, reference, 'ImageStreamImage', parsed);
    const use = useOf(referrer, reference);
    this.addStreamUse(`${reference.namespace}/${parsed.name}`, parsed.digest, use);
    this.addDigest(this.index.digests, parsed.digest, use);
  }

  /** What a node reports is read as far as it can be: it is no one's mistake in a manifest. */
  private addImageId(referrer: Referrer, reference: Reference): void {
    const bare = BARE_ID.exec(reference.text);
    if (bare) return this.addDigest(this.index.ids, bare[1]!, useOf(referrer, reference));
    const parsed = this.parse(reference.text.replace(/^[a-z-]+:\/\//, ''));
    if (typeof parsed !== 'string' && parsed.digest) this.addImage(referrer, reference, parsed);
  }

  private addStreamUse(stream: string, digest: string, use: Use): void {
    const id = this.digests.find(digest);
    if (id === -1) return;
    let ofStream = this.index.images.get(stream);
    if (!ofStream) this.index.images.set(stream, (ofStream = new Map()));
    push(ofStream, id, use);
  }

  private addDigest(index: Map<number, Use[]>, digest: string, use: Use): void {
    if (this.options.scope === 'oc') return;
    const id = this.digests.find(digest);
    if (id !== -1) push(index, id, use);
  }

  private addInvalid(referrer: Referrer, reference: Reference, what: string, problem: string): void {
    const { namespace } = this.options;
    const list =
      namespace === undefined || referrer.namespace === namespace ? this.index.invalid : this.index.invalidElsewhere;
    list.push({
      referrer: { kind: referrer.kind, namespace: referrer.namespace, name: referrer.name },
      field: reference.field,
      reference: reference.text,
      message: `invalid ${what} reference: ${problem}`,
    });
  }

  /** Many pods have the same reference: each text is parsed once. */
  private parse(text: string): ImageReference | string {
    let parsed = this.parsed.get(text);
    if (parsed === undefined) this.parsed.set(text, (parsed = parseImageReference(text)));
    return parsed;
  }
}

function useOf(referrer: Referrer, reference: Reference): Use {
  return {
    kind: referrer.kind,
    namespace: referrer.namespace,
    name: referrer.name,
    field: reference.field,
    reference: reference.text,
  };
}

function push<K>(map: Map<K, Use[]>, key: K, use: Use): void {
  const list = map.get(key);
  if (list) list.push(use);
  else map.set(key, [use]);
}
