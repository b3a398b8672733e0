import { streamKey } from '../model/image-stream.js';
import type { ImageStream, TagItem } from '../model/table/snapshot.js';

/** A tag, by the numbers of its stream and of the tag in it. */
export interface Place {
  stream: number;
  tag: number;
}

/** A tag item in another stream, from which an item was promoted. */
interface SourceItem {
  item: TagItem;
  stream: number;
}

/**
 * Records which images of a stream are still pulled from it because a remaining tag item of another stream was promoted
 * from there (`oc tag dev/app:x prod/app:y`): builds and triggers pull from the first stream.
 */
export class Promotions {
  /** The first tag that was promoted from an image of a stream, by stream and digest number. */
  private readonly found = new Map<string, Map<number, Place>>();
  private byKey: Map<string, number> | undefined;

  constructor(private readonly streams: readonly ImageStream[]) {}

  /** Returns the tag that was promoted from this image of this stream; undefined if there is none. */
  find(stream: string, image: number): { stream: string; tag: string } | undefined {
    const place = this.found.get(stream)?.get(image);
    if (!place) return undefined;
    const promoted = this.streams[place.stream]!;
    return { stream: streamKey(promoted), tag: promoted.tags[place.tag]!.name };
  }

  /** Returns the images (digest numbers) of a stream from which a tag of another stream was promoted. */
  imagesOf(stream: string): Iterable<number> {
    return this.found.get(stream)?.keys() ?? [];
  }

  /**
   * Adds an item that is kept. The items that it was promoted from are kept, too, and those that they were promoted
   * from.
   * @returns these items
   */
  add(item: TagItem, place: Place): SourceItem[] {
    const sources: SourceItem[] = [];
    const queue = [{ item, place }];
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { source, image } = next.item;
      const stream = source === undefined ? -1 : this.indexOf(source);
      if (stream === -1 || !this.addOne(source!, image, next.place)) continue;
      this.streams[stream]!.tags.forEach(({ items }, tag) => {
        for (const found of items) {
          if (found.image !== image) continue;
          sources.push({ item: found, stream });
          queue.push({ item: found, place: { stream, tag } });
        }
      });
    }
    return sources;
  }

  /** @returns false if this image of this stream is known */
  private addOne(stream: string, image: number, place: Place): boolean {
    let images = this.found.get(stream);
    if (!images) this.found.set(stream, (images = new Map()));
    if (images.has(image)) return false;
    images.set(image, place);
    return true;
  }

  private indexOf(key: string): number {
    this.byKey ??= new Map(this.streams.map((stream, index) => [streamKey(stream), index]));
    return this.byKey.get(key) ?? -1;
  }
}
