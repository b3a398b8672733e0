import type { Check } from '../../model/check.js';
import type { KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { about } from '../check.js';
import type { CronJob } from './manifest.js';
import { printAgain } from './print-again.js';

interface AlertingRule {
  alert?: string;
  expr?: string | number;
}

/** Reports whether a PrometheusRule of the registry's namespace watches regadm's CronJob. */
export function checkAlert(cronJob: CronJob, rules: KubeObject[]): Check[] {
  const { name } = cronJob.metadata;
  const found = rules.find((rule) => alertsOf(rule).some(({ expr }) => String(expr).includes(name)));
  const check = about('cron job alert');
  if (found) return [check('info', `PrometheusRule ${found.metadata.name} has an alert about CronJob ${name}`)];
  return [
    check(
      'info',
      `no PrometheusRule in ${REGISTRY_NAMESPACE} has an alert about CronJob ${name}, so runs that fail can remain unnoticed`,
      `print the List with one: ${printAgain(cronJob, '--with-alert')}`,
    ),
  ];
}

function alertsOf({ spec }: KubeObject): AlertingRule[] {
  const { groups } = (spec ?? {}) as { groups?: { rules?: AlertingRule[] }[] };
  return (groups ?? []).flatMap(({ rules }) => rules ?? []).filter(({ alert }) => alert !== undefined);
}
