import {
  LineCounter,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { assertShallow } from '../../kit/yaml-depth.js';
import { messageOf } from '../../model/errors.js';
import type { FieldPath } from '../model.js';
import { keysOf, mergeProblem, mergeSources } from './merge-keys.js';
import { invalidFile, type FileProblem } from './problem.js';

/** One document of a YAML or JSON file, with the line of every value. */
export class YamlDocument {
  constructor(
    readonly file: string,
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    private readonly text: string,
  ) {}

  /** Returns the node at a path; follows aliases. */
  node(path: FieldPath): Node | undefined {
    return path.reduce<Node | undefined>(
      (node, part) => this.resolve(this.child(node, part)),
      this.resolve(this.document.contents),
    );
  }

  /** Returns the path of each item of a list; none if there is no list at the path. */
  items(path: FieldPath): FieldPath[] {
    const node = this.node(path);
    return isSeq(node) ? node.items.map((_, index) => [...path, index]) : [];
  }

  /** Returns the keys of a map, merged ones included; none if there is no map at the path. */
  keys(path: FieldPath): unknown[] {
    const node = this.node(path);
    return isMap(node) ? keysOf(node, this.document) : [];
  }

  /** Returns a scalar as it is written, in the way in which Go reads it into a string; other values as they are. */
  written(path: FieldPath): unknown {
    const node = this.node(path);
    return isScalar(node) && node.value !== null && typeof node.value !== 'string' ? node.source : this.value(path);
  }

  /** Returns the location of a path: the file, and the line as `line` finds it. */
  at(path: FieldPath): { file: string; line: number } {
    return { file: this.file, line: this.line(path) };
  }

  /** Returns the plain value at a path; undefined if there is none. */
  value(path: FieldPath = []): unknown {
    const node = this.node(path);
    if (!node || isScalar(node)) return node?.value;
    const expanded = this.expand(node, path);
    if ('problem' in expanded) throw invalidFile([expanded.problem]);
    return expanded.value;
  }

  /** Returns why the document's aliases cannot be expanded; undefined if those of the document and of its parts can. */
  problem(): FileProblem | undefined {
    const node = this.node([]);
    if (!node || isScalar(node)) return undefined;
    const expanded = this.expand(node, []);
    if ('problem' in expanded) return expanded.problem;
    if (!isCyclic(expanded.value)) return undefined;
    return { file: this.file, line: this.line([]), message: 'not usable YAML: an alias stands for its own parent' };
  }

  private expand(node: Node, path: FieldPath): { value: unknown } | { problem: FileProblem } {
    try {
      return { value: node.toJS(this.document) };
    } catch (error) {
      // A few lines of nested aliases can expand to more than the memory holds.
      const message = `not usable YAML: ${messageOf(error)}`;
      return { problem: { file: this.file, line: this.lineOfUnresolved() ?? this.line(path), message } };
    }
  }

  /** Returns the line of the first alias whose anchor does not precede it; undefined without one. */
  private lineOfUnresolved(): number | undefined {
    const anchors = new Set<string>();
    let unresolved: Node | undefined;
    visit(this.document, {
      Node: (_key, node) => {
        if (isAlias(node)) unresolved = anchors.has(node.source) ? undefined : node;
        else if (node.anchor) anchors.add(node.anchor);
        return unresolved && visit.BREAK;
      },
    });
    return unresolved?.range ? this.lines.linePos(unresolved.range[0]).line : undefined;
  }

  /** Returns the line of a path, or of its closest existing parent. Lines count from 1. */
  line(path: FieldPath): number {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = this.node(path.slice(0, depth));
      if (node?.range) return this.lines.linePos(node.range[0]).line;
    }
    return this.lines.linePos(this.document.range[0]).line;
  }

  /**
   * Returns the line of a place in a string of several lines. Strings with escapes have the line of their beginning.
   * @param offset in the string
   */
  lineInText(path: FieldPath, offset: number): number {
    const node = this.node(path);
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return this.line(path);
    return this.lines.linePos(offsetInSource(node, node.value.slice(0, offset), this.text)).line;
  }

  private child(node: Node | undefined, part: string | number): unknown {
    if (isSeq(node)) return typeof part === 'number' ? node.items[part] : undefined;
    if (!isMap(node)) return undefined;
    if (node.has(part)) return node.get(part, true);
    const source = mergeSources(node, this.document).find((each) => this.child(each, part) !== undefined);
    return source && this.child(source, part);
  }

  private resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return node.resolve(this.document);
    return isNode(node) ? node : undefined;
  }
}

/**
 * Finds a place of a string in its source. The source of a string without escapes has the same characters in the same
 * order, but other spaces and line breaks.
 * @param before the part of the string before the place
 */
function offsetInSource(node: Scalar, before: string, text: string): number {
  const [start, end] = node.range!;
  const source = text.slice(start, end);
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  const isWithoutEscapes = isBlock || node.type === 'PLAIN' || (node.type === 'QUOTE_SINGLE' && !/''/.test(source));
  if (!isWithoutEscapes) return start;
  const quote = node.type === 'QUOTE_SINGLE' ? 1 : 0;
  const header = isBlock ? source.indexOf('\n') + 1 : quote;
  let remaining = before.replaceAll(/\s/g, '').length;
  for (let index = header; index < source.length; index++) {
    if (/\s/.test(source[index]!)) continue;
    if (remaining === 0) return start + index;
    remaining--;
  }
  return start;
}

/** True if a value contains itself. Aliases can make it so. */
function isCyclic(value: unknown, parents = new Set<unknown>(), checked = new Set<unknown>()): boolean {
  if (typeof value !== 'object' || value === null || checked.has(value)) return false;
  if (parents.has(value)) return true;
  parents.add(value);
  const found = Object.values(value).some((each) => isCyclic(each, parents, checked));
  parents.delete(value);
  checked.add(value);
  return found;
}

/**
 * Parses every document of a YAML or JSON file; skips empty documents.
 * @param file name for messages
 * @throws RegadmError INVALID_FILE with each line that is not valid YAML
 */
export function parseYaml(file: string, text: string): YamlDocument[] {
  const { documents, problems } = tryParseYaml(file, text);
  if (problems.length > 0) throw invalidFile(problems);
  return documents;
}

/**
 * Parses every document of a YAML or JSON file; skips empty documents.
 * @returns the documents, or the problems of each line that is not valid YAML
 */
export function tryParseYaml(file: string, text: string): { documents: YamlDocument[]; problems: FileProblem[] } {
  try {
    assertShallow(text);
  } catch (error) {
    return { documents: [], problems: [{ file, line: 1, message: `not usable YAML: ${messageOf(error)}` }] };
  }
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error', merge: true });
  const documents = Array.isArray(parsed) ? parsed : [];
  const problems = documents.flatMap((document) =>
    document.errors.map((error) => ({
      file,
      line: lines.linePos(error.pos[0]).line,
      message: `not valid YAML: ${withoutSource(error)}`,
    })),
  );
  if (problems.length > 0) return { documents: [], problems };
  const merged = documents.map(mergeProblem).find(Boolean);
  if (merged) {
    const line = lines.linePos(merged.node.range![0]).line;
    return { documents: [], problems: [{ file, line, message: merged.message }] };
  }
  const filled = documents.filter(({ contents }) => !isEmpty(contents));
  return { documents: filled.map((document) => new YamlDocument(file, document, lines, text)), problems: [] };
}

/** Removes the quoted source, which can be secret: files contain passwords of nodes. */
function withoutSource({ code, message }: YAMLError): string {
  return code === 'UNEXPECTED_TOKEN' ? message.replace(/: .*$/s, '') : message;
}

function isEmpty(contents: Node | null): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}
