import { streamKey } from '../model/image-stream.js';
import type { DigestView } from '../model/table/snapshot.js';

/** An image stream, and the images (digest numbers) that its tag items list. */
export interface ListingStream {
  readonly namespace: string;
  readonly name: string;
  readonly tags: readonly { readonly items: readonly { readonly image: number }[] }[];
}

/** The digests that each stream lists, to find those that a reference abbreviates. */
export class ListedDigests {
  private byStream: Map<string, Set<string>> | undefined;

  /** @param streams called only if a reference abbreviates a digest */
  constructor(
    private readonly streams: () => Iterable<ListingStream>,
    private readonly digests: Pick<DigestView, 'text'>,
  ) {}

  /**
   * Returns the images of a stream that an abbreviated digest means, with or without the algorithm.
   * @param stream `namespace/name`
   * @see https://github.com/openshift/library-go/blob/master/pkg/image/imageutil/helpers.go (ResolveImageID)
   */
  find(stream: string, start: string): string[] {
    this.byStream ??= this.group();
    return [...(this.byStream.get(stream) ?? [])].filter(
      (digest) => digest.startsWith(start) || digest.slice(digest.indexOf(':') + 1).startsWith(start),
    );
  }

  private group(): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const stream of this.streams()) {
      const images = stream.tags.flatMap(({ items }) => items.map(({ image }) => this.digests.text(image)));
      found.set(streamKey(stream), new Set(images));
    }
    return found;
  }
}
