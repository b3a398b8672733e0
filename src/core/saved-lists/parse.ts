import { parseAllDocuments, type Document } from 'yaml';
import { findDuplicateKey } from '../kit/duplicate-keys.js';
import { assertShallow } from '../kit/yaml-depth.js';
import { quote } from '../model/names/quote.js';
import { cutAtEnd, isInBlockStyle } from './cut-yaml.js';

/** A document of a file. */
export interface SavedDocument {
  value: unknown;
  /** True if its end can be missing without an error in its syntax. */
  canBeCut: boolean;
  /** How its end shows that it was cut; absent if it does not. */
  cut?: string;
}

/**
 * Parses the documents of a file.
 * @returns no document if the file is empty
 * @throws Error if the text is not complete JSON or YAML
 */
export function parseDocuments(path: string, text: string): SavedDocument[] {
  if (/\.json$/i.test(path)) return [{ value: parseJson(text), canBeCut: false }];
  assertShallow(text);
  const documents = [...parseAllDocuments(text, { logLevel: 'silent' })] as Document[];
  for (const { errors } of documents) if (errors[0]) throw errors[0];
  const last = documents.at(-1);
  const cut = last && cutAtEnd(text, last);
  return documents.map((document) => ({
    value: valueOf(document),
    canBeCut: document === last && isInBlockStyle(document),
    ...(document === last && cut !== undefined && { cut }),
  }));
}

/** Returns the value of a document. @throws SyntaxError for an alias whose anchor does not exist */
function valueOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw error instanceof ReferenceError ? new SyntaxError(error.message, { cause: error }) : error;
  }
}

function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const key = findDuplicateKey(text);
  if (key !== undefined) throw new SyntaxError(`an object contains ${quote(key)} twice`);
  return value;
}
