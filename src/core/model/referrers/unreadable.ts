import type { Reference } from '../referrer.js';

/**
 * Returns a reference for text that should name images and cannot be read. OpenShift ignores such text, so it does not
 * end the run; it is reported, and keeps what it may mean.
 * @param problem what is wrong with the text, as a clause
 * @param namespace default: the object's own
 */
export function unreadableReference(field: string, text: string, problem: string, namespace?: string): Reference {
  return {
    field,
    form: 'unreadable',
    text,
    ...(namespace === undefined ? {} : { namespace }),
    problem: `${problem}, so OpenShift ignores it; everything that it may mean is kept; repair or remove it`,
    extended: true,
  };
}
