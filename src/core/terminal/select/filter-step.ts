import { TemplateError, type Operator, type Step } from './template.js';

const OPERATORS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='] satisfies Operator[];

/** Reads the steps between two positions of a text. */
type ReadSteps = (start: number, end: number) => Step[];

/**
 * Reads a filter between its parentheses: a comparison, or a path that must exist.
 * @param read reads the steps of an operand
 * @throws TemplateError
 */
export function filterStep(text: string, start: number, end: number, read: ReadSteps): Step {
  const operand = (first: number, last: number): Step[] => {
    if (text.slice(first, last).trim() === '') throw new TemplateError('missing value in the filter', first + 1);
    return read(first, last);
  };
  const found = operatorAt(text, start, end);
  const left = operand(start, found?.at ?? end);
  if (!found) return { is: 'filter', left };
  const { at, operator } = found;
  if (!OPERATORS.includes(operator)) throw new TemplateError(`unknown operator ${operator}`, at + 1);
  const right = operand(at + operator.length, end);
  return { is: 'filter', left, comparison: { operator: operator as Operator, right } };
}

/** Returns the first operator outside of quotes and brackets. */
function operatorAt(text: string, start: number, end: number): { at: number; operator: string } | undefined {
  let quote = '';
  let depth = 0;
  for (let at = start; at < end; at++) {
    const char = text[at]!;
    if (quote) {
      if (char === '\\') at++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']') depth--;
    else if (depth === 0 && /[!<>=]/.test(char)) return { at, operator: /^[!<>=]+/.exec(text.slice(at, end))![0] };
  }
  return undefined;
}
