/** What `edge lint` has to say about one place. */
export interface Finding {
  file: string;
  line: number;
  /** Stable name of the rule, e.g. `volume-path`. */
  rule: string;
  severity: 'error' | 'warning';
  message: string;
  /** What to do about it. */
  remedy: string;
}

/** A place in a file. */
export interface At {
  file: string;
  line: number;
}

/** In the order of files and lines. */
export function sortFindings(findings: Finding[]): Finding[] {
  const text = ({ file, line, rule, message }: Finding): string =>
    `${file}\0${String(line).padStart(9, '0')}\0${rule}\0${message}`;
  return [...findings].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
