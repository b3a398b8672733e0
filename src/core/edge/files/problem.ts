import { RegadmError } from '../../model/errors.js';
import { fieldName, type FieldPath, type FieldProblem } from '../model.js';

/** What is wrong in a file, and where. */
export interface FileProblem {
  file: string;
  line?: number;
  /** `storage.disks[0].device`; empty or undefined for the file as a whole. */
  field?: string;
  message: string;
}

/** The problems of one document, with the lines of their fields. */
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

/** An error that names file, line and field of each problem, one a line, in the order of the file. */
export function invalidFile(problems: FileProblem[], suggestions: string[] = []): RegadmError {
  const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return new RegadmError(sorted.map(problemText).join('\n'), { code: 'INVALID_FILE', suggestions });
}

/** `storage.bu:7: storage.disks[0].device: must be an absolute path`. */
export function problemText({ file, line, field, message }: FileProblem): string {
  return [line === undefined ? file : `${file}:${line}`, ...(field ? [field] : []), message].join(': ');
}
