/**
 * Returns the suggestion that shows how to get help.
 * @param words the program and its command: `regadm prune images`
 */
export function usageHint(words: string): string {
  return `run '${words} --help' for usage`;
}
