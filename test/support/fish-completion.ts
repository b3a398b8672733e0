/** Returns a fish script that prints the completions of command lines after sourcing the completion script. */
export function fishQuestions(directory: string, lines: readonly (readonly string[])[]): string {
  const questions = lines.map((words) => `complete -C 'regadm ${words.join(' ')}'; echo ==`);
  return [`source ${directory}/regadm.fish`, ...questions].join('\n');
}

/** Returns the values that fish offers for each command line, without their descriptions. */
export function fishAnswers(stdout: string): string[][] {
  const parts = stdout.split('==\n').slice(0, -1);
  return parts.map((part) =>
    part
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t')[0]!),
  );
}
