/**
 * Maximum number of brackets that are open at the same time. Real files have less than 20; the `yaml` package ends the
 * process with a fatal error at about 10,000.
 */
const MAX_OPEN = 2000;
/** Block collections that begin on one line: `- - - item`. */
const COMPACT = /(?:[-?:] +){200}/;
/** The beginning of a document or of an item. Inside brackets it is a syntax error, so no bracket is open before it. */
const ITEM = /^(?:---| {0,2}- )/;

/**
 * Rejects YAML or JSON text that is nested so deeply that parsing it could end the process.
 * @throws SyntaxError
 */
export function assertShallow(text: string): void {
  let open = 0;
  for (const line of text.split('\n')) {
    if (ITEM.test(line)) open = 0;
    for (const character of line) {
      if (character === '[' || character === '{') open++;
      else if ((character === ']' || character === '}') && open > 0) open--;
    }
    if (open > MAX_OPEN || COMPACT.test(line)) throw new SyntaxError('it is nested too deeply');
  }
}
