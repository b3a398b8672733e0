/** Further arguments that are refused, and what to do instead. */
const REFUSED: [pattern: RegExp, flag: string, remedy: string][] = [
  [/^--token=/, '--token', 'a token does not belong in a printed object; the pod uses its service account'],
  [
    /^--(?:kubeconfig|context|cluster|user)=/,
    'a kubeconfig',
    'the pod has none; it uses its service account and the API server of its cluster',
  ],
  [/^--metrics-file=/, '--metrics-file', 'the containers have nowhere to keep a file; --with-alert needs none'],
  [
    /^--(?:audit-log|plan-out)=(?!\/dev\/(?:stdout|stderr)$)/,
    'a file',
    'the containers have nowhere to write; only /dev/stdout and /dev/stderr are possible',
  ],
  [/^--detailed-exitcode$/, '--detailed-exitcode', 'the Job would fail because there is something to prune'],
  [/^--dry-run$/, '--dry-run', 'the CronJob deletes; for a dry run, run the command here'],
  [/^--orphans$/, '--orphans', 'pass --orphans to this command, which also grants the permissions'],
  [
    /^--(?:no-)?replica-sets$/,
    '--replica-sets',
    'pass --replica-sets to this command, which also grants the permissions',
  ],
  ...['keep-tag-revisions', 'ignore-invalid-refs', 'prune-registry'].map((flag): [RegExp, string, string] => [
    new RegExp(`^--(?:no-)?${flag}(?:=|$)`),
    `--${flag}`,
    `pass --${flag} to this command`,
  ]),
];

/**
 * Returns why `prune schedule --cronjob` refuses a further argument of a prune, and what to do instead.
 * @param argument as `--flag=value`, or `--flag` for one that is true
 * @returns undefined if the argument is not refused
 */
export function refusedArgument(argument: string): { what: string; remedy: string } | undefined {
  const refused = REFUSED.find(([pattern]) => pattern.test(argument));
  return refused && { what: refused[1], remedy: refused[2] };
}
