import { textIn } from '../../values/json.js';
import { expand, type Parameters } from './placeholders.js';
import { parameterReferences, possible } from './references.js';
import type { PartReader } from './walk.js';
import type { Reference } from '../../referrer.js';

/** Maximum number of different words of a text that are looked at one by one. */
const MAX_WORDS = 1000;

/** Returns a reader of fields that contain an object as JSON or YAML text. */
export function textReader(fields: readonly string[], parameters: Parameters): PartReader {
  return ({ value, name }) =>
    fields.flatMap((field) => {
      const text = textIn(value[field]);
      return text === undefined ? [] : textReferences(`${field} ${name}`.trim(), text, parameters);
    });
}

/**
 * Returns references that keep what a text with an object may name. It is not parsed: placeholders can be anywhere in
 * it, and what it creates is not known before it runs. Nothing is reported, because nothing is wrong with it.
 */
function textReferences(field: string, text: string, parameters: Parameters): Reference[] {
  if (text.trim() === '') return [];
  const plain = text.replaceAll('\\/', '/');
  const words = new Set(plain.split(/[\r\n"',]+/).flatMap((piece) => wordsOf(piece, parameters)));
  // The whole text keeps every digest in it, and streams of the object's namespace, which need no slash.
  return [possible(field, plain), ...[...words].slice(0, MAX_WORDS).flatMap((word) => wordReferences(field, word))];
}

/** Returns the words with a slash, and all those that the value of a parameter makes: the text does not have them. */
function wordsOf(piece: string, parameters: Parameters): string[] {
  return expand(piece, parameters).flatMap((one) =>
    one.split(/[\s"',]+/).filter((word) => isPath(word) || (one !== piece && /[a-z0-9]/i.test(word))),
  );
}

function isPath(word: string): boolean {
  return /[^/]\/[^/]/.test(word);
}

/** Returns a reference to the stream that a word names, else one to everything that it may mean. */
function wordReferences(field: string, word: string): Reference[] {
  const named = parameterReferences(field, word);
  return named.length > 0 ? named : [possible(field, word)];
}
