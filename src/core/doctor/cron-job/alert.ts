import type { Check } from '../../model/check.js';
import type { KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { ALERT, alertExpression } from '../../schedule/cron-job/alert.js';
import { about } from '../check.js';
import type { CronJob } from './manifest.js';
import { printAgain } from './print-again.js';

interface AlertingRule {
  alert?: string;
  expr?: string | number;
}

/**
 * Reports whether a PrometheusRule of the registry's namespace watches regadm's CronJob. The printed alert must be the
 * one for the schedule of the CronJob; what other alerts state is not evaluated.
 */
export function checkAlert(cronJob: CronJob, rules: KubeObject[]): Check[] {
  const { name } = cronJob.metadata;
  const check = about('cron job alert');
  const again = printAgain(cronJob, '--with-alert');
  const alerts = rules.flatMap((rule) => alertsOf(rule).map((alert) => ({ ...alert, rule: rule.metadata.name })));
  const printed = alerts.find(({ alert }) => alert === ALERT);
  if (printed) {
    if (isFor(printed.expr, cronJob.spec?.schedule ?? ''))
      return [check('info', `PrometheusRule ${printed.rule} has an alert about CronJob ${name}`)];
    return [
      check(
        'warning',
        `alert ${ALERT} of PrometheusRule ${printed.rule} is not the one for the schedule of CronJob ${name} (${String(cronJob.spec?.schedule)}), so it can fire too early, too late or never`,
        `print the List with the right one: ${again}`,
      ),
    ];
  }
  const other = alerts.find(({ expr }) => String(expr).includes(name));
  if (other)
    return [
      check(
        'info',
        `alert ${String(other.alert)} of PrometheusRule ${other.rule} names CronJob ${name}; when it fires was not checked`,
      ),
    ];
  return [
    check(
      'info',
      `no PrometheusRule in ${REGISTRY_NAMESPACE} has an alert about CronJob ${name}, so runs that fail can remain unnoticed`,
      `print the List with one: ${again}`,
    ),
  ];
}

/** True if an expression is that of the printed alert for a schedule, whatever its line breaks. */
function isFor(expression: AlertingRule['expr'], schedule: string): boolean {
  const words = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  const expected = alertExpression(schedule);
  return expected !== undefined && words(String(expression)) === words(expected);
}

function alertsOf({ spec }: KubeObject): AlertingRule[] {
  const { groups } = (spec ?? {}) as { groups?: { rules?: AlertingRule[] }[] };
  return (groups ?? []).flatMap(({ rules }) => rules ?? []).filter(({ alert }) => alert !== undefined);
}
