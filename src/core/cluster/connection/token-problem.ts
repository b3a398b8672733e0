/**
 * Describes why a token cannot be sent, such as two tokens in one file; undefined if it can. White space at the end,
 * which is not sent, is allowed.
 */
export function tokenProblem(token: string): string | undefined {
  const text = token.trimEnd();
  if (/[\n\r]/.test(text)) return 'it contains a line break, but a token is a single line';
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'it contains a control character';
  if (/[^\u0000-\u00ff]/.test(text)) return 'it contains a character that HTTP headers cannot contain';
  return undefined;
}
