import { FLAG, type ImageColumns } from './image-columns.js';
import type { PageCursor } from './page-cursor.js';

/** What an image names that was learned after it was added, as digest numbers. */
export interface LearnedParts {
  /** -1 for none. */
  config: number;
  /** The config, if there is one, and the layers. */
  blobs: number[];
  children: number[];
}

/** The parts of a table that state what an image names. */
interface Parts {
  config(image: number): number;
  eachBlob(image: number, take: (digest: number) => void): void;
  eachChild(image: number, take: (digest: number) => void): void;
}

/** Returns what an image of a table names. */
export function partsOf(images: Parts, image: number): LearnedParts {
  const parts: LearnedParts = { config: images.config(image), blobs: [], children: [] };
  images.eachBlob(image, (blob) => parts.blobs.push(blob));
  images.eachChild(image, (child) => parts.children.push(child));
  return parts;
}

/** Reads what the only image of a page names; `setSize` gets the size of each layer. */
export function readParts(page: PageCursor, setSize: (digest: number, size: number) => void): LearnedParts {
  const { columns } = page;
  const config = configCount(columns, 0) > 0 ? page.digest() : -1;
  const layers = Array.from({ length: columns.layerCounts[0]! }, () => {
    const size = page.layerSize();
    const digest = page.digest();
    setSize(digest, size);
    return digest;
  });
  const children = Array.from({ length: columns.childCounts[0]! }, () => page.digest());
  return { config, blobs: config === -1 ? layers : [config, ...layers], children };
}

/** 1 if an image of a page has a config, otherwise 0. */
export function configCount({ flags }: ImageColumns, index: number): 0 | 1 {
  return (flags[index]! & FLAG.hasConfig) === 0 ? 0 : 1;
}
