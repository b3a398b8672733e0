import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import type { FieldPath, FieldProblem, Storage } from '../model.js';
import { invalidFile, locate } from '../files/problem.js';
import { parseYaml, type YamlDocument } from '../files/yaml-document.js';
import { STORAGE, butaneName, type Field, type Fields } from './shape.js';
import { readBoolean, readInteger, readString, type Reading } from './scalar.js';
import { UNKNOWN } from '../ignition/unknown-sections.js';
import { storageProblems } from '../storage-problems.js';

const SCALARS = { string: readString, integer: readInteger, boolean: readBoolean };
/** Stands for an unknown value that is not a string. */
const TEMPLATE = '{{';
const TOP_FIELDS = ['variant', 'version', 'storage'];

/**
 * Reads the storage part of a Butane file: variant fcos, version 1.3.0.
 * @param file name for messages
 * @throws RegadmError INVALID_FILE with file, line and field of everything that is invalid or unknown to regadm
 */
export function readButane(file: string, text: string): Storage {
  const documents = parseYaml(file, text);
  if (documents.length !== 1) {
    throw invalidFile([{ file, message: documents.length === 0 ? 'the file is empty' : 'must be a single document' }]);
  }
  const { storage, problems } = readStorage(documents[0]!);
  if (!storage || problems.length > 0) throw invalidFile(locate(documents[0]!, problems));
  return storage;
}

/**
 * Reads the storage part of a parsed Butane document.
 * @param isUnknown true for a value that is filled in later; a number of this kind is read as NaN (default: none)
 * @returns the storage part (undefined if fields have values of another type), and problems with paths in the document
 */
export function readStorage(
  document: YamlDocument,
  isUnknown: (value: unknown) => boolean = () => false,
): { storage?: Storage; problems: FieldProblem[] } {
  const problems = headerProblems(document);
  const read = problems.length === 0 ? new Reader(document, problems, isUnknown).object(['storage'], STORAGE) : {};
  const storage = { disks: [], filesystems: [], ...read } as Storage;
  return problems.length > 0 ? { problems } : { storage, problems: storageProblems(storage).map(withButanePath) };
}

/** True for a document with a `variant`, which marks Butane files. */
export function isButane(document: YamlDocument): boolean {
  return document.node(['variant']) !== undefined;
}

function headerProblems(document: YamlDocument): FieldProblem[] {
  if (!isMap(document.node([]))) return [{ path: [], message: 'must be a map with variant, version and storage' }];
  const problems = unknownFields(document, [], TOP_FIELDS, 'regadm renders only the storage part');
  const variant = stringAt(document, ['variant']);
  const version = stringAt(document, ['version']);
  if (variant !== 'fcos')
    problems.push({ path: ['variant'], message: `must be fcos${variant ? `, not ${variant}` : ''}` });
  if (version !== '1.3.0')
    problems.push({ path: ['version'], message: `must be 1.3.0${version ? `, not ${version}` : ''}` });
  return problems;
}

function stringAt(document: YamlDocument, path: FieldPath): string | undefined {
  const node = document.node(path);
  const reading = node && readString(node);
  return reading && 'value' in reading ? reading.value : undefined;
}

function unknownFields(document: YamlDocument, path: FieldPath, known: string[], why: string): FieldProblem[] {
  return document
    .keys(path)
    .map((key) => (isNode(key) ? '?' : String(key)))
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: `unknown field: ${why}` }));
}

function withButanePath({ path, message }: FieldProblem): FieldProblem {
  return { path: butanePath(path), message };
}

/** Converts a path below `storage` with Ignition's names to the path in a Butane file. */
export function butanePath(path: FieldPath): FieldPath {
  return ['storage', ...path.map((part) => (typeof part === 'string' ? butaneName(part) : part))];
}

/** Reads maps according to their shape and collects problems. */
class Reader {
  constructor(
    private readonly document: YamlDocument,
    private readonly problems: FieldProblem[],
    private readonly isUnknown: (value: unknown) => boolean,
  ) {}

  object(path: FieldPath, fields: Fields): Record<string, unknown> {
    const node = this.document.node(path);
    if (isAbsent(node)) return {};
    if (path.length > 0 && this.isUnknown(this.document.value(path))) return unknownObject(fields);
    if (!isMap(node)) return this.problem(path, 'must be a map') ?? {};
    const known = Object.keys(fields);
    this.problems.push(...unknownFields(this.document, path, known, `valid fields are ${known.join(', ')}`));
    const read = known.map((name) => [fields[name]!.to, this.field([...path, name], fields[name]!)] as const);
    return Object.fromEntries(read.filter(([, value]) => value !== undefined));
  }

  private field(path: FieldPath, field: Field): unknown {
    const node = this.document.node(path);
    if (field.kind === 'objects' && !isSeq(node) && this.isUnknown(this.document.value(path)))
      return [unknownObject(field.of)];
    if (field.kind === 'objects')
      return this.list(path, (item) => ({ ...emptyLists(field.of), ...this.object(item, field.of) }));
    const isUnknown = this.isUnknown(this.document.value(path));
    if (field.kind === 'strings')
      return isUnknown && !isSeq(node) ? [TEMPLATE] : this.list(path, (item) => this.item(item));
    if (node === undefined) return undefined;
    if (isUnknown) return field.kind === 'integer' ? Number.NaN : this.unknownText(node);
    return this.scalar<string | number | boolean>(path, SCALARS[field.kind](node));
  }

  /** Returns an unknown value as it is written; without quotes, a template is a map. */
  private unknownText(node: Node): string {
    const reading = readString(node);
    return ('value' in reading ? reading.value : undefined) ?? TEMPLATE;
  }

  private list<T>(path: FieldPath, read: (path: FieldPath) => T): T[] {
    const node = this.document.node(path);
    if (isAbsent(node)) return [];
    if (!isSeq(node)) return this.problem(path, 'must be a list') ?? [];
    return node.items.map((_, index) => read([...path, index]));
  }

  private item(path: FieldPath): string {
    const node = this.document.node(path);
    const value = node && this.scalar<string>(path, readString(node));
    return value ?? this.problem(path, 'must be a string') ?? '';
  }

  private scalar<T>(path: FieldPath, reading: Reading<T>): T | undefined {
    return 'problem' in reading ? this.problem(path, reading.problem) : reading.value;
  }

  private problem(path: FieldPath, message: string): undefined {
    this.problems.push({ path, message });
    return undefined;
  }
}

function isAbsent(node: Node | undefined): boolean {
  return node === undefined || (isScalar(node) && node.value === null);
}

/** Returns what stands for a section that is filled in: the fields that connect it with others. */
function unknownObject(fields: Fields): Record<string, unknown> {
  const entries = Object.values(fields).flatMap((field): [string, unknown][] => {
    if (field.kind === 'objects') return [[field.to, [unknownObject(field.of)]]];
    return ['device', 'label', 'path'].includes(field.to) ? [[field.to, UNKNOWN]] : [];
  });
  return { ...emptyLists(fields), ...Object.fromEntries(entries) };
}

/** Returns an empty list for every list field, because the model has no undefined lists. */
function emptyLists(fields: Fields): Record<string, never[]> {
  const lists = Object.values(fields).filter(({ kind }) => kind === 'strings' || kind === 'objects');
  return Object.fromEntries(lists.map(({ to }) => [to, []]));
}
