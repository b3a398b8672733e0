/** Undoes Go's `%q` where names and user agents can have it. */
export function unquote(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, '$1') : text;
}
