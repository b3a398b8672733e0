import { isRecord, listOf, textIn } from '../../values/json.js';
import { walk } from './walk.js';

/** Values of parameters by name: what an object states as their values and their defaults. */
export type Parameters = ReadonlyMap<string, ReadonlySet<string>>;

/** Maximum characters of a text that is looked at as one image; valid references are shorter. */
export const MAX_CHARACTERS = 4096;
/** Maximum number of texts that are made from one text; with more, the placeholder stays. */
const MAX_TEXTS = 50;
/** Placeholders of Tekton `$(params.x)`, of OpenShift templates `${X}` and `${{X}}`, and of Argo `{{inputs.x}}`. */
const PLACEHOLDER = /\$\([^()]{1,256}\)|\$\{\{[^{}]{1,256}\}\}|\$\{[^{}]{1,256}\}|\{\{[^{}]{1,256}\}\}/;
const EVERY_PLACEHOLDER = new RegExp(PLACEHOLDER, 'g');
/** The name of a parameter in a placeholder of Tekton or Argo. */
const PARAMETER = /(?:^|\.)(?:params|parameters)(?:\.([\w.-]+)|\[["']([^"']+)["']\])/;

/** Fields that are lists of parameters. */
const LISTS = new Set(['params', 'parameters']);

/** Collects the values and defaults of all parameters in an object. */
export function parametersIn(object: unknown): Parameters {
  const found = new Map<string, Set<string>>();
  walk(object, [
    ({ value, key }) => {
      const name = LISTS.has(key) ? textIn(value.name) : undefined;
      if (name !== undefined) for (const text of valuesOf(value)) add(found, name, text);
      return [];
    },
  ]);
  return found;
}

/** Returns the texts that a parameter states as its value and as its default. */
export function valuesOf({ value, default: otherwise }: Record<string, unknown>): string[] {
  return [value, otherwise].flatMap((one) => {
    const texts = isRecord(one) ? Object.values(one) : Array.isArray(one) ? listOf(one) : [one];
    return texts.filter((text) => typeof text === 'string' && text !== '' && isShort(text)) as string[];
  });
}

function add(found: Map<string, Set<string>>, name: string, text: string): void {
  const values = found.get(name);
  if (values) values.add(text);
  else found.set(name, new Set([text]));
}

/**
 * Replaces the placeholders in a text by the values of their parameters.
 * @returns every text that this makes; one in which a placeholder remains has no known value
 */
export function expand(text: string, parameters: Parameters): string[] {
  const seen = new Set([text]);
  const complete: string[] = [];
  // A text that is added while the loop runs is visited, too. One that was seen is not visited again.
  for (const one of seen) {
    const [placeholder] = PLACEHOLDER.exec(one) ?? [];
    const values = placeholder === undefined ? undefined : parameters.get(parameterOf(placeholder));
    const made = [...(values ?? [])].map((value) => one.replaceAll(placeholder!, () => value));
    const isUsable = made.length > 0 && made.length + seen.size <= MAX_TEXTS && made.every(isShort);
    if (isUsable) for (const next of made) seen.add(next);
    else complete.push(one);
  }
  return complete;
}

function isShort({ length }: string): boolean {
  return length <= MAX_CHARACTERS;
}

function parameterOf(placeholder: string): string {
  const inner = placeholder.replace(/^\$?[({]+\s*|\s*[)}]+$/g, '');
  const [, dotted, quoted] = PARAMETER.exec(inner) ?? [];
  return dotted ?? quoted ?? inner;
}

/** True if a text contains a placeholder. */
export function hasPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/** True if more than placeholders and separators is in a text. */
export function hasLiteral(text: string): boolean {
  return /[a-z0-9]/i.test(text.replace(EVERY_PLACEHOLDER, ''));
}
