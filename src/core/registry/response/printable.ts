import { redact } from '../../kit/secrets/redact.js';

/**
 * Returns one line of a server's text, at most 200 characters. Other control characters stay: whatever prints the text
 * escapes them. Secrets are removed before the text is shortened, because a part of a token is not recognized later.
 */
export function printable(text: string): string {
  const line = redact(text)
    .replace(/[ \t\r\n]+/g, ' ')
    .trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
