import { RegadmError } from '../../model/errors.js';
import { fieldName, type FieldPath, type FieldProblem } from '../model.js';

/** A problem in a file. */
export interface FileProblem {
  file: string;
  line?: number;
  /** `storage.disks[0].device`; empty or undefined for the whole file. */
  field?: string;
  message: string;
}

/** Adds the file and the line of each field to the problems of a document. */
export function locate(
  document: { file: string; line(path: FieldPath): number },
  problems: FieldProblem[],
): FileProblem[] {
  return problems.map(({ path, message }) => ({
    file: document.file,
    line: document.line(path),
    field: fieldName(path),
    message,
  }));
}

/** Makes an error with one line per problem (file, line, field), in the order of the file. */
export function invalidFile(problems: FileProblem[], suggestions: string[] = []): RegadmError {
  const lines = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)).map(problemText);
  return new RegadmError(lines.join('\n'), { code: 'INVALID_FILE', suggestions, lines });
}

/** Formats a problem: `storage.bu:7: storage.disks[0].device: must be an absolute path`. */
function problemText({ file, line, field, message }: FileProblem): string {
  return [line === undefined ? file : `${file}:${line}`, ...(field ? [field] : []), message].join(': ');
}
