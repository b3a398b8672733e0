/**
 * Returns the hint that names the audit log of a run.
 * @returns undefined if it is a device or a pipe of the process, which nobody can read later
 */
export function auditLogHint(file: string): string | undefined {
  if (/^\/(?:dev\/(?:std|fd|null|tty)|proc\/)/.test(file)) return undefined;
  return `the audit log is in ${file}: one JSON line for each deletion, after a line with "action":"start"`;
}
