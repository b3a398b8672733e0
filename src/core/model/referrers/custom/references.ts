import { namesStream, parseImageReference } from '../../image-reference.js';
import type { Reference } from '../../referrer.js';
import { MAX_CHARACTERS, expand, hasLiteral, hasPlaceholder, type Parameters } from './placeholders.js';

/**
 * Returns the references to the image that a field names. Placeholders are replaced by the values that the object
 * states. What cannot be parsed never ends a run, because tenants write custom resources: it keeps what it may mean.
 */
export function imageReferences(field: string, text: string, parameters: Parameters): Reference[] {
  if (text.trim() === '') return [];
  if (text.length > MAX_CHARACTERS) return [unreadable(field, text, 'it is too long')];
  return expand(text, parameters).flatMap((one) => imageReference(field, one));
}

function imageReference(field: string, text: string): Reference[] {
  if (hasPlaceholder(text)) return hasLiteral(text) ? [possible(field, text)] : [];
  const pullSpec = withoutScheme(text.trim());
  const parsed = parseImageReference(pullSpec);
  if (typeof parsed === 'string') return [unreadable(field, text, parsed)];
  return [{ field, form: 'pull-spec', text: pullSpec, extended: true }];
}

/** Returns the pull spec without the scheme that CDI and runtimes write before it. */
function withoutScheme(text: string): string {
  return text.replace(/^[a-z][a-z-]*:\/\//, '');
}

/** Returns a reference for the value of a parameter, if it is a pull spec of an image stream. */
export function parameterReferences(field: string, value: string): Reference[] {
  const text = withoutScheme(value);
  const parsed = text.includes('/') ? parseImageReference(text) : '';
  return typeof parsed !== 'string' && namesStream(parsed) ? [{ field, form: 'pull-spec', text, extended: true }] : [];
}

/** Returns a reference that keeps everything that a text may mean, and is not reported: nothing is wrong with it. */
export function possible(field: string, text: string, namespace?: string): Reference {
  return { field, form: 'unreadable', text, ...(namespace === undefined ? {} : { namespace }), extended: true };
}

/** Returns a reference for text that cannot be parsed: it is reported, and keeps everything that it may mean. */
export function unreadable(field: string, text: string, problem: string): Reference {
  const explained = `invalid image reference: ${problem}; everything that it may mean is kept; repair or remove it`;
  return { field, form: 'unreadable', text, problem: explained, extended: true };
}
