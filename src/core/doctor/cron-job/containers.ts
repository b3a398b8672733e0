import type { Check } from '../../model/check.js';
import { about } from '../check.js';
import { containersOf, type CronJob } from './manifest.js';
import { patchPods } from './remedies.js';

type Placed = ReturnType<typeof containersOf>[number];

/** Checks what every container of regadm's CronJob needs. */
export function checkContainers(cronJob: CronJob): Check[] {
  const { name } = cronJob.metadata;
  const containers = containersOf(cronJob);
  const silent = containers.filter(([, each]) => each.terminationMessagePolicy !== 'FallbackToLogsOnError');
  const writable = containers.filter(([, each]) => each.securityContext?.readOnlyRootFilesystem !== true);
  const check = about('cron job');
  return [
    ...(silent.length === 0
      ? []
      : [
          check(
            'warning',
            `CronJob ${name}: terminationMessagePolicy of ${named(silent)} is not FallbackToLogsOnError, so the status of a failed pod does not contain the reason, only its log does`,
            patchContainers(name, silent, { terminationMessagePolicy: 'FallbackToLogsOnError' }),
          ),
        ]),
    ...(writable.length === 0
      ? []
      : [
          check(
            'warning',
            `CronJob ${name}: the root file system of ${named(writable)} is writable (readOnlyRootFilesystem), so whoever breaks into a run can change its programs`,
            patchContainers(name, writable, { securityContext: { readOnlyRootFilesystem: true } }),
          ),
        ]),
  ];
}

function named(containers: Placed[]): string {
  return `container ${containers.map(([, { name }]) => name).join(', ')}`;
}

function patchContainers(cronJob: string, containers: Placed[], change: object): string {
  const spec: Partial<Record<Placed[0], object[]>> = {};
  for (const [field, { name }] of containers) (spec[field] ??= []).push({ name, ...change });
  return patchPods(cronJob, { spec });
}
