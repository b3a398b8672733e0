/** A template, and strings, so that a template is known to be outside of strings. */
const TEMPLATE_OR_QUOTE = /\{\{.*?\}\}|\\.|"/gs;

/**
 * Makes JSON of text in which a template stands for a value: `"sizeMiB": {{ .size }}`. Each template becomes a string
 * of the same length that contains `{{`, so that all offsets stay.
 */
export function withQuotedTemplates(text: string): string {
  let inString = false;
  return text.replaceAll(TEMPLATE_OR_QUOTE, (match) => {
    if (match === '"') inString = !inString;
    if (!match.startsWith('{{')) return match;
    return inString ? `{{${'x'.repeat(match.length - 2)}` : `"{{${'x'.repeat(match.length - 4)}"`;
  });
}
