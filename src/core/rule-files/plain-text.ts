import { LineCounter, isAlias, isMap, isScalar, parseDocument, visit, type Document, type Node } from 'yaml';
import { findDuplicateKey } from '../kit/duplicate-keys.js';
import { assertShallow } from '../kit/yaml-depth.js';
import { messageOf } from '../model/errors.js';
import type { FileProblem } from './yaml-reader.js';

/** The way to a value: names of fields, and positions in lists. */
export type Path = readonly (string | number)[];

/** The content of a large file of JSON or YAML. */
export interface PlainText {
  readonly value: unknown;
  /** Finds the line of a value, or of the mapping that lacks it; 0 if the text is too long for that. */
  lineOf(path: Path): number;
}

/** Maximum length of YAML text, in characters: it takes a hundred times as long to parse as JSON. */
const MAX_YAML = 16 * 1024 * 1024;

/** Parses JSON or YAML. JSON is parsed as fast as Node.js can. Returns the first mistake if it is neither. */
export function parsePlain(text: string): PlainText | FileProblem {
  const mistake = (message: string, line = 0): FileProblem => ({ line, field: '', message });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return parseYaml(text, mistake);
  }
  const twice = findDuplicateKey(text);
  if (twice !== undefined) return mistake(`the field ${JSON.stringify(twice.slice(0, 100))} occurs twice`);
  return { value, lineOf: lineFinder(text) };
}

function parseYaml(text: string, mistake: (message: string, line?: number) => FileProblem): PlainText | FileProblem {
  if (text.trim() === '') return mistake('the file is empty');
  if (text.length > MAX_YAML) return mistake(`it is not valid JSON, and YAML can have at most ${MAX_YAML} characters`);
  try {
    assertShallow(text);
  } catch (error) {
    return mistake(messageOf(error));
  }
  const lines = new LineCounter();
  const document = parse(text, lines);
  const [problem] = document.errors;
  if (problem) return mistake(problem.message.split('\n')[0]!, lines.linePos(problem.pos[0]).line);
  const found = findUnsupported(document);
  if (found) return mistake(found.message, lines.linePos(found.node.range?.[0] ?? 0).line);
  return { value: document.toJS(), lineOf: (path) => lineIn(document, lines, path) };
}

/** Keys that occur twice are found below: the package compares each key with all others. */
function parse(text: string, lineCounter: LineCounter): Document.Parsed {
  return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
}

function findUnsupported(document: Document.Parsed): { message: string; node: Node } | undefined {
  let found: { message: string; node: Node } | undefined;
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) found = { message: 'aliases are not supported', node };
      else if (isMap(node)) {
        const names = new Set<unknown>();
        for (const { key } of node.items) {
          const name = isScalar(key) ? String(key.value) : undefined;
          if (name === undefined) found = { message: 'a field must have a name', node };
          else if (names.has(name))
            found = { message: `the field ${JSON.stringify(name)} occurs twice`, node: key as Node };
          names.add(name);
        }
      }
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}

function lineFinder(text: string): (path: Path) => number {
  let parsed: { document: Document.Parsed; lines: LineCounter } | undefined;
  return (path) => {
    if (text.length > MAX_YAML) return 0;
    if (!parsed) {
      const lines = new LineCounter();
      parsed = { document: parse(text, lines), lines };
    }
    return lineIn(parsed.document, parsed.lines, path);
  };
}

function lineIn(document: Document.Parsed, lines: LineCounter, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
