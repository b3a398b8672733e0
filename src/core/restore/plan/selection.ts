import { parseDigest, type Digest } from '../../model/digest.js';
import { usageError } from '../../model/errors.js';
import { quote } from '../../model/names/quote.js';
import { isRepositoryName, type RepositoryName } from '../../model/names/repository-name.js';
import type { SavedItem } from './saved.js';

/** What an argument selects: an image, or the items of a stream. */
export interface Selector {
  /** As the user wrote it. */
  text: string;
  image?: Digest;
  /** `namespace/name` */
  stream?: RepositoryName;
  tag?: string;
}

const FORMS = 'write it as NAMESPACE/STREAM, NAMESPACE/STREAM:TAG, NAMESPACE/STREAM@DIGEST or DIGEST';

/** Parses an argument. @throws RegadmError USAGE */
export function parseSelector(text: string): Selector {
  const image = parseDigest(text);
  if (image) return { text, image };
  const [, name = '', tag, digest] = /^([^:@]+)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})|@(.+))?$/.exec(text) ?? [];
  const named = digest === undefined ? undefined : parseDigest(digest);
  if (name.split('/').length === 2 && isRepositoryName(name) && (digest === undefined || named))
    return { text, stream: name, tag, image: named };
  throw usageError(`invalid argument ${quote(text)}: not an image stream, a tag or a digest`, [FORMS]);
}

/** True if a selector selects a tag item. */
export function selectsItem({ image, stream, tag }: Selector, saved: SavedItem): boolean {
  return (
    (image === undefined || saved.item.image === image) &&
    (stream === undefined || saved.stream === stream) &&
    (tag === undefined || saved.tag === tag)
  );
}

/** True if a selector selects an image by itself, whether or not a stream listed it. */
export function selectsImage({ image, stream }: Selector, name: Digest): boolean {
  return stream === undefined && image === name;
}
