import { StepReader, unknownWord, type Word } from './step-reader.js';
import { TemplateError, type Part, type Step } from './template.js';

/** Maximum length of a template, in characters. */
const MAX_LENGTH = 20_000;
/** Maximum depth of nested `range`. */
const MAX_DEPTH = 20;

type Range = Part & { is: 'range' };

/**
 * Reads a template of kubectl: text, and JSONPaths in braces. A `range` without `end` ends with the template, as in
 * kubectl.
 * @throws TemplateError
 */
export function parseTemplate(text: string): Part[] {
  if (text.length > MAX_LENGTH) throw new TemplateError(`more than ${MAX_LENGTH} characters`);
  const parts: Part[] = [];
  const open: Range[] = [];
  for (let at = 0; at < text.length;) {
    const into = open.at(-1)?.parts ?? parts;
    const brace = text.indexOf('{', at);
    if (brace !== at) {
      into.push({ is: 'text', text: text.slice(at, brace === -1 ? text.length : brace) });
      at = brace === -1 ? text.length : brace;
      continue;
    }
    const reader = new StepReader(text, at + 1);
    const steps = reader.action();
    const part = partOf(steps);
    if (part) into.push(part);
    else if (!open.pop()) throw new TemplateError('{end} without {range …}', at + 1);
    if (part?.is === 'range' && open.push(part) > MAX_DEPTH)
      throw new TemplateError(`more than ${MAX_DEPTH} nested {range …}`, at + 1);
    at = reader.position;
  }
  return parts;
}

/** Reads a path that can have braces, and can lack its leading dot, as kubectl reads it. @throws TemplateError */
export function parsePath(text: string): Step[] {
  if (text.length > MAX_LENGTH) throw new TemplateError(`more than ${MAX_LENGTH} characters`);
  const inner = /^\{(.*)\}$/s.exec(text)?.[1] ?? text;
  const path = /^[.[$@]/.test(inner) ? inner : `.${inner}`;
  try {
    return new StepReader(path).whole();
  } catch (error) {
    if (!(error instanceof TemplateError) || error.position === undefined) throw error;
    const shift = (inner === text ? 0 : 1) - (path.length - inner.length);
    throw new TemplateError(error.message, Math.max(1, error.position + shift));
  }
}

/** Returns undefined for `{end}`. */
function partOf(steps: (Step | Word)[]): Part | undefined {
  const [first, ...rest] = steps;
  const unknown = (first?.is === 'word' && /^(?:range|end)$/.test(first.word) ? rest : steps).find(isWord);
  if (unknown) throw unknownWord(unknown);
  if (!first || first.is !== 'word') return { is: 'values', steps: steps as Step[] };
  if (first.word === 'range') return { is: 'range', over: rest as Step[], parts: [] };
  if (rest.length > 0) throw new TemplateError('a path after end', first.position + 1);
  return undefined;
}

function isWord(step: Step | Word): step is Word {
  return step.is === 'word';
}
