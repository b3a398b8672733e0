import type { FileProblem } from '../../files/problem.js';
import { tryParseYaml } from '../../files/yaml-document.js';
import { componentsOf, type GivenFile } from './given-files.js';

/** A file with its content. */
export interface SourceFile {
  name: string;
  text: string;
  /** Why it cannot be read; undefined if it can. */
  unreadable?: string;
}

/** The kind of a policy, in a text that cannot be parsed. */
const POLICY = /^kind: *["']?PolicyGen(?:Template|erator)\b/m;

/** Parses files; a file that occurs twice counts once. One that is not YAML or JSON has a problem and no documents. */
export function parseFiles(files: SourceFile[]): GivenFile[] {
  const parsed = files.map(parseFile);
  const keys = parsed.map(({ name, path }) => (path.length === 0 ? name : path.join('/')));
  return parsed.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

function parseFile({ name, text, unreadable }: SourceFile): GivenFile {
  const path = componentsOf(name);
  if (unreadable)
    return {
      name,
      path,
      documents: [],
      problem: { file: name, message: `cannot be read: ${unreadable}` },
      isUnreadable: true,
    };
  const { documents, problems } = tryParseYaml(name, text);
  const problem = problems[0] ?? expansionProblem(documents);
  return problem ? { name, path, documents: [], problem, isPolicy: POLICY.test(text) } : { name, path, documents };
}

function expansionProblem(documents: GivenFile['documents']): FileProblem | undefined {
  return documents.map((document) => document.problem()).find(Boolean);
}
