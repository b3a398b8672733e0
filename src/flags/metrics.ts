import { Flags } from '@oclif/core';

/**
 * The flag of commands whose runs can be monitored.
 * @param exclusive flags that do something else than the command's usual work
 */
export function metricsFlags(exclusive: string[] = []) {
  return {
    'metrics-file': Flags.string({
      helpGroup: 'OUTPUT',
      helpValue: 'FILE',
      exclusive,
      description: 'also write the result as metrics for Prometheus to FILE, which is replaced as a whole',
    }),
  };
}
