import { checkCronJobs } from '../../../../src/core/doctor/cron-job/index.js';
import type { Check } from '../../../../src/core/model/check.js';
import type { KubeObject } from '../../../../src/core/model/kube.js';
import { aResponse, fakeApi, type RecordedRequest } from '../../../support/fake-api.js';

const NAMESPACE = 'openshift-image-registry';
export const OWN = 'regadm-image-pruner';
export const HOUR = 3_600_000;

/** An object that tests change. */
export type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

/** A CronJob with every setting that the checks want. */
export function rightCronJob(name = OWN): Json {
  const container = {
    name: OWN,
    image: 'quay.io/example/regadm:1',
    command: ['regadm'],
    args: ['prune', 'images', '--keep-tag-revisions=5', '--confirm=true'],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
  return {
    metadata: { name, namespace: NAMESPACE, creationTimestamp: ago(HOUR) },
    spec: {
      schedule: '0 0 * * *',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          template: {
            metadata: {
              labels: { 'app.kubernetes.io/name': OWN },
              annotations: { 'openshift.io/required-scc': 'restricted-v2' },
            },
            spec: {
              serviceAccountName: name,
              restartPolicy: 'Never',
              priorityClassName: 'system-cluster-critical',
              containers: [container],
            },
          },
        },
      },
    },
    status: {},
  };
}

/** Returns the time of a number of ms ago, as Kubernetes writes it. */
export function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Returns the settings of the pods of a CronJob, to be changed. */
export const podsOf = (cronJob: Json): Json => cronJob.spec.jobTemplate.spec.template.spec as Json;

/** A ClusterRoleBinding for service accounts of the registry's namespace. */
export function bound(role: string, ...accounts: string[]): KubeObject {
  const subjects = accounts.map((name) => ({ kind: 'ServiceAccount', name, namespace: NAMESPACE }));
  return { metadata: { name: `${role}-binding` }, roleRef: { name: role }, subjects };
}

const RULES = [
  { apiGroups: [''], resources: ['pods', 'replicationcontrollers', 'limitranges'], verbs: ['get', 'list'] },
  { apiGroups: ['build.openshift.io'], resources: ['buildconfigs', 'builds'], verbs: ['get', 'list'] },
  { apiGroups: ['apps.openshift.io'], resources: ['deploymentconfigs'], verbs: ['get', 'list'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get', 'list'] },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: ['get', 'list'],
  },
  { apiGroups: ['image.openshift.io', ''], resources: ['images'], verbs: ['delete', 'get', 'list', 'watch'] },
  { apiGroups: ['image.openshift.io', ''], resources: ['imagestreams'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['image.openshift.io', ''], resources: ['imagestreams/status'], verbs: ['update'] },
];

const REFERRERS = 'regadm-image-pruner-referrers';
const REFERRER_RULES = [
  { apiGroups: [''], resources: ['podtemplates'], verbs: ['list', 'watch'] },
  { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['list', 'watch'] },
];

/** What the fake cluster contains, by resource; `403` for what the user may not read, `absent` for a missing API. */
export type Contents = Record<string, Json[] | 403 | 'absent'>;

/** A cluster in which the CronJob has everything that it needs. */
export function rightCluster(cronJob: Json = rightCronJob()): Contents {
  return {
    cronjobs: [cronJob],
    pods: [],
    jobs: [],
    serviceaccounts: [{ metadata: { name: OWN } }, { metadata: { name: 'pruner' } }],
    clusterrolebindings: [bound('system:image-pruner', OWN, 'pruner'), bound(REFERRERS, OWN)],
    clusterroles: [
      { metadata: { name: 'system:image-pruner' }, rules: RULES },
      { metadata: { name: REFERRERS }, rules: REFERRER_RULES },
    ],
    prometheusrules: [alertAbout(OWN)],
    imagepruners: [{ metadata: { name: 'cluster' }, spec: { suspend: true } }],
    configs: [{ metadata: { name: 'cluster' }, spec: { managementState: 'Managed' } }],
  };
}

export function alertAbout(cronJob: string): Json {
  const rule = { alert: 'NotPruned', expr: `time() - kube_cronjob_created{cronjob="${cronJob}"} > 1` };
  return {
    metadata: { name: 'nightly' },
    spec: { groups: [{ name: 'a', rules: [{ record: 'b', expr: '1' }, rule] }] },
  };
}

/** Checks the CronJobs of a fake cluster. */
export async function examine(contents: Contents): Promise<Check[]> {
  return (await examined(contents)).checks;
}

/** Checks the CronJobs of a fake cluster, and returns the requests, too. */
export async function examined(contents: Contents): Promise<{ checks: Check[]; requests: string[] }> {
  const { api, requests } = fakeApi((request) => respond(request, contents));
  const checks = await checkCronJobs(api, async () => undefined);
  return { checks, requests: requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`) };
}

function respond({ path }: RecordedRequest, contents: Contents) {
  if (path === '/apis') return aResponse(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsIn(contents) });
  const parts = /^\/(?:api|apis\/([^/]+))\/(v1[^/]*)(?:\/namespaces\/[^/]+)?(?:\/([^/?]+))?(?:\/([^/?]+))?/.exec(path);
  const [, group = '', version = '', resource, name] = parts ?? [];
  const apiVersion = group ? `${group}/${version}` : version;
  if (resource === undefined) return discovery(apiVersion, contents);
  const found = contents[resource]!;
  if (found === 'absent') return aResponse(404, '404 page not found');
  if (found === 403) return aResponse(403, status(403, 'forbidden', { name, group, kind: resource }));
  const kind = KINDS[resource]!;
  if (name === undefined)
    return aResponse(200, { kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items: found });
  const object = found.find(({ metadata }) => metadata.name === name);
  if (!object) return aResponse(404, status(404, `${resource} "${name}" not found`, { name, group, kind: resource }));
  return aResponse(200, { kind, apiVersion, ...object });
}

/** Returns the groups of well-known kinds. */
function groupsIn({ tasks }: Contents): object[] {
  return tasks === undefined ? [] : [{ name: 'tekton.dev', versions: [{ groupVersion: 'tekton.dev/v1' }] }];
}

function discovery(groupVersion: string, contents: Contents) {
  const names = Object.keys(contents).filter((name) => contents[name] !== 'absent');
  const resources = names.map((name) => ({ name, namespaced: true, kind: KINDS[name], verbs: ['list'] }));
  return aResponse(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources });
}

function status(code: number, message: string, details: object): object {
  const reason = code === 403 ? 'Forbidden' : 'NotFound';
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
}

const KINDS: Record<string, string> = {
  cronjobs: 'CronJob',
  pods: 'Pod',
  jobs: 'Job',
  serviceaccounts: 'ServiceAccount',
  clusterrolebindings: 'ClusterRoleBinding',
  clusterroles: 'ClusterRole',
  prometheusrules: 'PrometheusRule',
  imagepruners: 'ImagePruner',
  configs: 'Config',
  tasks: 'Task',
};
