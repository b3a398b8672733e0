import { SaxesParser } from 'saxes';

/** An element of an XML document. */
export interface XmlElement {
  /** Without a namespace prefix. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: XmlElement[];
  /** Its own text, without that of its children. */
  text: string;
}

/** Maximum depth of elements: answers of object stores have five levels. */
const MAX_DEPTH = 32;

/**
 * Parses a complete XML document.
 * @throws Error if it is not well-formed, is cut off, or declares entities
 */
function parseXml(text: string): XmlElement {
  const parser = new SaxesParser();
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const addText = (part: string): void => void (open.at(-1)!.text += part);
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('it declares a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (open.length > MAX_DEPTH) throw new Error('its elements are nested too deeply');
    const element: XmlElement = { name: name.slice(name.indexOf(':') + 1), attributes, children: [], text: '' };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  const [document] = root.children;
  if (!document) throw new Error('it is empty');
  return document;
}

/**
 * Reads an answer of an object store.
 * @param name of the document
 * @throws Error if it is not complete, or is another document
 */
export function parseAnswer(body: Buffer, name: string): XmlElement {
  let document: XmlElement;
  try {
    document = parseXml(body.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    // The words of the parser can contain those of the server.
    throw new Error('it is not complete XML');
  }
  if (document.name !== name) throw new Error(`it is <${document.name.slice(0, 50)}>, not <${name}>`);
  return document;
}

/** Returns the text of the first child of a name. @throws Error if it is missing or empty */
export function requiredText(element: XmlElement, name: string): string {
  const text = textOf(element, name);
  if (text === undefined || text === '') throw new Error(`it has an element without <${name}>`);
  return text;
}

/** Returns a size in bytes. @throws Error if it is missing or not a number */
export function requiredSize(element: XmlElement, name: string): number {
  const text = requiredText(element, name);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error('it states a size that is not a number');
}

/** Returns a time in ms since the epoch. @throws Error if it is missing or not valid */
export function requiredTime(element: XmlElement, name: string): number {
  const at = Date.parse(requiredText(element, name));
  if (Number.isNaN(at)) throw new Error('it states a time that is not valid');
  return at;
}

/** Returns the children of a name. */
export const childrenOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.filter((child) => child.name === name);

/** Returns the text of the first child of a name; undefined if there is none. */
export const textOf = ({ children }: XmlElement, name: string): string | undefined =>
  children.find((child) => child.name === name)?.text;

/** Escapes text for the content of an element. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');
}
