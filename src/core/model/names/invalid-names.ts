import { quote } from './quote.js';

/** What an Image object names by something that is not a digest: it names no blob and no image. */
export interface InvalidNames {
  /** The first of them, by field: `dockerImageLayers[0].name "x"`. */
  fields: string[];
  count: number;
}

/** Number of names of one image that a message lists: tenants choose how many there are. */
const LISTED = 3;

/** Adds a name to those of an image. */
export function addInvalidName(names: InvalidNames | undefined, field: string, text: string): InvalidNames {
  const { fields, count } = names ?? { fields: [], count: 0 };
  return { fields: count < LISTED ? [...fields, `${field} ${quote(text)}`] : fields, count: count + 1 };
}

/** Lists the names: `dockerImageLayers[0].name "x" and 2 more`. */
export function listInvalidNames({ fields, count }: InvalidNames): string {
  const more = count - fields.length;
  return fields.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
