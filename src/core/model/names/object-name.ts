/**
 * Returns true if a text can be the name of an object in the API: it is one segment of a path. The API server accepts
 * no other names, and decodes `%2F`, so that encoding such a name would address another object.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/path/name.go
 */
export function isObjectName(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text !== '.' && text !== '..' && !/[/%]/.test(text);
}
