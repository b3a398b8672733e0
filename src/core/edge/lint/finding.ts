/** A problem that `edge lint` found. */
export interface Finding {
  file: string;
  line: number;
  /** Stable name of the rule, e.g. `volume-path`. */
  rule: string;
  severity: 'error' | 'warning';
  message: string;
  /** How to solve it. */
  remedy: string;
}

/** A location in a file. */
export interface At {
  file: string;
  line: number;
}

/** Sorts findings by file and line. */
export function sortFindings(findings: Finding[]): Finding[] {
  const key = ({ file, line, rule, message }: Finding): string =>
    `${file}\0${String(line).padStart(9, '0')}\0${rule}\0${message}`;
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
