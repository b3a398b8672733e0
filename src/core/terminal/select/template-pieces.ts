import { Evaluator } from './evaluate.js';
import type { Part, Step } from './template.js';
import { valueText } from './value-text.js';

/** Steps that every template can take, and further ones for each value of the document. */
const STEPS = 1_000_000;
const STEPS_PER_VALUE = 50;

/**
 * Yields the text of a template for a document. Values that several `{…}` find are separated by spaces, as in kubectl.
 * @throws TemplateError if it takes too many steps
 */
export function* templatePieces(parts: readonly Part[], document: object): Generator<string> {
  yield* piecesOf(parts, document, new Evaluator(STEPS + STEPS_PER_VALUE * countValues(document)));
}

function* piecesOf(parts: readonly Part[], value: unknown, evaluator: Evaluator): Generator<string> {
  for (const part of parts) {
    if (part.is === 'text') yield part.text;
    else if (part.is === 'values') yield evaluator.find(value, part.steps).map(textOf(part.steps)).join(' ');
    else for (const one of evaluator.find(value, part.over)) yield* piecesOf(part.parts, one, evaluator);
  }
}

/** Text in the template itself is printed as it is: `{"\n"}`. */
function textOf(steps: readonly Step[]): (value: unknown) => string {
  const isWritten = steps.at(-1)?.is === 'constant';
  return (value) => (isWritten ? String(value) : valueText(value));
}

function countValues(root: unknown): number {
  let count = 0;
  const waiting = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    count++;
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) waiting.push(inner);
  }
  return count;
}
