import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../../src/core/model/kube.js';
import { startSandbox } from '../../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.js';
import { runCli } from '../../support/cli.js';
import { regadm, type Outcome } from '../../support/regadm.js';

let sandbox: Sandbox | undefined;

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  sandbox = await startSandbox({ operator: true, rolloutStepMs: 5, ...options });
  return sandbox;
}

afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

const IMAGE = 'quay.io/example/regadm:1.0';
const CRON_JOB = ['prune', 'schedule', '--cronjob', '--image', IMAGE];

function cronjob(...args: string[]): Promise<Outcome> {
  return regadm([...CRON_JOB, ...args]);
}

function ofCluster({ kubeconfig }: Sandbox, ...args: string[]): Promise<Outcome> {
  return cronjob(...args, '--kubeconfig', kubeconfig.admin);
}

function itemsOf({ stdout }: Outcome): KubeObject[] {
  return (parse(stdout) as { items: KubeObject[] }).items;
}

function itemOf(outcome: Outcome, kind: string): KubeObject {
  return itemsOf(outcome).find((item) => item.kind === kind)!;
}

function isOfReferrers({ metadata }: KubeObject): boolean {
  return metadata.name === 'regadm-image-pruner-referrers';
}

interface PodSpec {
  containers: { name: string; args: string[]; [key: string]: unknown }[];
  initContainers?: { name: string; args: string[]; [key: string]: unknown }[];
  [key: string]: unknown;
}

function podOf(outcome: Outcome): PodSpec {
  const { jobTemplate } = itemOf(outcome, 'CronJob').spec as {
    jobTemplate: { spec: { template: { spec: PodSpec } } };
  };
  return jobTemplate.spec.template.spec;
}

const LABELS = { 'app.kubernetes.io/name': 'regadm-image-pruner', 'app.kubernetes.io/part-of': 'regadm' };
const METADATA = { name: 'regadm-image-pruner', namespace: 'openshift-image-registry', labels: LABELS };

describe('without a cluster', () => {
  test('prints a List with everything that the CronJob needs', async () => {
    const outcome = await cronjob();
    expect(outcome.status).toBe(0);
    expect(parse(outcome.stdout)).toEqual({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: METADATA },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: 'regadm-image-pruner', labels: LABELS },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
          subjects: [{ kind: 'ServiceAccount', name: 'regadm-image-pruner', namespace: 'openshift-image-registry' }],
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: {
            ...METADATA,
            annotations: { 'kubernetes.io/description': expect.stringContaining('outgoing traffic') },
          },
          spec: {
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'regadm-image-pruner' } },
            policyTypes: ['Egress'],
            egress: [{}],
          },
        },
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: METADATA,
          spec: {
            schedule: '0 0 * * *',
            concurrencyPolicy: 'Forbid',
            startingDeadlineSeconds: 3600,
            successfulJobsHistoryLimit: 1,
            failedJobsHistoryLimit: 3,
            jobTemplate: {
              metadata: { labels: LABELS },
              spec: {
                backoffLimit: 0,
                template: {
                  metadata: { labels: LABELS, annotations: { 'openshift.io/required-scc': 'restricted-v2' } },
                  spec: {
                    serviceAccountName: 'regadm-image-pruner',
                    restartPolicy: 'Never',
                    priorityClassName: 'system-cluster-critical',
                    containers: [
                      {
                        name: 'regadm-image-pruner',
                        image: IMAGE,
                        command: ['regadm'],
                        args: [
                          'prune',
                          'images',
                          '--certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt',
                          '--keep-tag-revisions=5',
                          '--keep-younger-than=96h',
                          '--ignore-invalid-refs=true',
                          '--confirm=true',
                        ],
                        resources: { requests: { cpu: '1', memory: '1Gi' } },
                        securityContext: {
                          allowPrivilegeEscalation: false,
                          capabilities: { drop: ['ALL'] },
                          readOnlyRootFilesystem: true,
                          runAsNonRoot: true,
                          seccompProfile: { type: 'RuntimeDefault' },
                        },
                        terminationMessagePolicy: 'FallbackToLogsOnError',
                      },
                    ],
                  },
                },
              },
            },
          },
        },
      ],
    });
    expect(outcome.stderr).toContain('regadm prune schedule --set suspend=true');
  });

  test('states which settings could not be taken from the cluster, and why', async () => {
    const { stderr } = await cronjob();
    expect(stderr).toMatch(
      /^not taken from the cluster \(no kubeconfig found\): tolerations, node selector, affinity, whether the registry is Removed; if/m,
    );
    const partly = await cronjob('--toleration=none', '--prune-registry');
    expect(partly.stderr).toMatch(/^not taken from the cluster \(no kubeconfig found\): node selector, affinity; if/m);
    const all = await cronjob('--toleration=none', '--prune-registry', '--affinity=none', '--node-selector=none');
    expect(all.stderr).not.toContain('not taken');
    expect(podOf(all)).not.toHaveProperty('tolerations');
  });

  test('-o json prints the same as YAML', async () => {
    const [yaml, json] = await Promise.all([cronjob('--with-alert'), cronjob('--with-alert', '-o', 'json')]);
    expect(JSON.parse(json.stdout)).toEqual(parse(yaml.stdout));
  });

  test('a server that refuses connections is a note', async () => {
    const { status, stdout, stderr } = await cronjob('--server', 'https://127.0.0.1:1', '--token', 'x');
    expect(status).toBe(0);
    expect(stdout).toContain('kind: CronJob');
    expect(stderr).toMatch(/^not taken from the cluster \(cannot reach the API server at https:\/\/127\.0\.0\.1:1/m);
    expect(stderr).not.toContain('error: ');
  });

  test('a server that never answers is a note after a short time', async () => {
    let connections = 0;
    const silent: Server = createServer(() => connections++);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const { status, stderr } = await cronjob('--server', `https://127.0.0.1:${port}`, '--token', 'x');
    silent.close();
    expect(status).toBe(0);
    expect(stderr).toContain('not taken from the cluster (no answer within 5 s): tolerations,');
    expect(connections).toBeGreaterThan(0);
    // Each object, and the groups of the API, are asked for once.
    expect(connections).toBeLessThanOrEqual(3);
  });
});

// A process of its own: its end ends the plugin.
test('an exec plugin that never ends is ended, and is a note', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'regadm-plugin-'));
  const ended = join(directory, 'ended');
  const script = `process.on('SIGTERM', () => { require('fs').writeFileSync(${JSON.stringify(ended)}, ''); process.exit(); }); setInterval(() => {}, 1000);`;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    interactiveMode: 'Never',
  };
  const kubeconfig = join(directory, 'config');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { exec } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  const { status, stderr } = await runCli([...CRON_JOB, '--kubeconfig', kubeconfig]);
  expect(status).toBe(0);
  expect(stderr).toContain('not taken from the cluster (no answer within 5 s): tolerations,');
  while (!existsSync(ended)) await new Promise((resolve) => setTimeout(resolve, 20));
  rmSync(directory, { recursive: true, force: true });
});

describe('with --with', () => {
  test('the prunes run in order, whatever the order of the flag', async () => {
    const outcome = await cronjob('--with=deployments,builds');
    const { initContainers = [], containers } = podOf(outcome);
    expect([...initContainers, ...containers].map(({ args }) => args.slice(0, 2))).toEqual([
      ['prune', 'builds'],
      ['prune', 'deployments'],
      ['prune', 'images'],
    ]);
    expect(containers[0]!.name).toBe('regadm-image-pruner');
    expect(initContainers.map(({ name }) => name)).toEqual(['prune-builds', 'prune-deployments']);
    expect(outcome.stderr).toMatch(/^each run does prune builds, then prune deployments, then prune images;/m);
  });

  test('a failed prune does not keep the next one from running, and the last container reports it', async () => {
    const pod = podOf(await cronjob('--with=builds'));
    const volumeMounts = [{ name: 'failures', mountPath: '/run/regadm' }];
    expect(pod.initContainers![0]).toMatchObject({
      env: [{ name: 'REGADM_DEFER_FAILURE', value: '/run/regadm/failures' }],
      volumeMounts,
    });
    expect(pod.containers[0]).toMatchObject({
      env: [{ name: 'REGADM_REPORT_FAILURES', value: '/run/regadm/failures' }],
      volumeMounts,
    });
    expect(pod.volumes).toEqual([{ name: 'failures', emptyDir: { sizeLimit: '1Mi' } }]);
  });

  test.each([
    [
      ['--with=builds', '--keep-complete=3', '--keep-failed=2', '--orphans'],
      ['--keep-complete=3', '--keep-failed=2', '--orphans=true', '--confirm=true'],
    ],
    [
      ['--with=deployments', '--replica-sets', '--keep-younger-than=720h', '--job-loglevel=4'],
      ['--keep-younger-than=720h', '--orphans=false', '--replica-sets=true', '--loglevel=4'],
    ],
  ])('%j passes the settings on', async (flags, args) => {
    const [container] = podOf(await cronjob(...flags)).initContainers!;
    expect(container!.args).toEqual(expect.arrayContaining(args));
  });

  test.each([
    [['builds'], ['list buildconfigs', 'get builds', 'list builds', 'delete builds']],
    [
      ['deployments'],
      [
        'get replicationcontrollers',
        'list replicationcontrollers',
        'delete replicationcontrollers',
        'list deploymentconfigs',
      ],
    ],
    [
      ['builds', '--orphans'],
      ['get buildconfigs', 'list buildconfigs', 'get builds', 'list builds', 'delete builds'],
    ],
    [
      ['deployments', '--orphans', '--replica-sets'],
      [
        'get replicationcontrollers',
        'list replicationcontrollers',
        'delete replicationcontrollers',
        'get deploymentconfigs',
        'list deploymentconfigs',
        'get deployments',
        'list deployments',
        'get replicasets',
        'list replicasets',
        'delete replicasets',
      ],
    ],
  ])('the cluster role of %j allows what these need and nothing else', async ([prune, ...flags], expected) => {
    const outcome = await cronjob(`--with=${prune}`, ...flags);
    const { metadata, rules } = itemOf(outcome, 'ClusterRole') as unknown as {
      metadata: object;
      rules: { resources: string[]; verbs: string[] }[];
    };
    const allowed = rules.flatMap(({ resources, verbs }) => verbs.map((verb) => `${verb} ${resources.join()}`));
    expect(allowed.sort()).toEqual([...expected].sort());
    expect(metadata).toEqual({ name: 'regadm-image-pruner-extra', labels: LABELS });
    const bindings = itemsOf(outcome).filter(({ kind }) => kind === 'ClusterRoleBinding');
    expect(bindings.map(({ roleRef }) => (roleRef as { name: string }).name)).toEqual([
      'system:image-pruner',
      'regadm-image-pruner-extra',
    ]);
  });

  test('the deletion of ReplicaSets is granted only with --replica-sets', async () => {
    const [without, withThem] = await Promise.all([
      cronjob('--with=deployments'),
      cronjob('--with=deployments', '--replica-sets'),
    ]);
    expect(without.stdout).not.toContain('replicasets');
    expect(JSON.stringify(itemOf(withThem, 'ClusterRole'))).toContain(
      '{"apiGroups":["apps"],"resources":["replicasets"],"verbs":["get","list","delete"]}',
    );
  });
});

describe('with --with-alert', () => {
  interface Alert {
    alert: string;
    expr: string;
    for: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
  }

  function alertOf(outcome: Outcome): Alert {
    const { groups } = itemOf(outcome, 'PrometheusRule').spec as { groups: { rules: Alert[] }[] };
    return groups[0]!.rules[0]!;
  }

  test('prints a rule for three periods of the schedule', async () => {
    const rule = alertOf(await cronjob('--with-alert'));
    expect(rule).toEqual({
      alert: 'RegadmImagePrunerNotSucceeding',
      expr: expect.stringContaining(') > 259200\n'),
      for: '3600s',
      labels: { severity: 'warning', namespace: 'openshift-image-registry', cronjob: 'regadm-image-pruner' },
      annotations: {
        summary: expect.stringContaining('openshift-image-registry/regadm-image-pruner'),
        description: expect.stringMatching(/fires after 72 h[^]*regadm prune schedule[^]*--run-now/),
      },
    });
    const selector = '{namespace="openshift-image-registry",cronjob="regadm-image-pruner"}';
    for (const metric of ['status_last_successful_time', 'created', 'spec_suspend'])
      expect(rule.expr).toContain(`kube_cronjob_${metric}${selector}`);
  });

  test('follows --schedule and --alert-severity', async () => {
    const weekdays = alertOf(await cronjob('--with-alert', '--schedule=0 2 * * 1-5', '--alert-severity=critical'));
    expect(weekdays.expr).toContain(') > 432000\n');
    expect(weekdays.expr).toContain('[432000s]');
    expect(weekdays.labels.severity).toBe('critical');
    const often = alertOf(await cronjob('--with-alert', '--schedule=*/10 * * * *'));
    expect(often.expr).toContain(') > 1800\n');
    expect(often.for).toBe('600s');
    expect(often.annotations.description).toContain('fires after 30 min');
    const always = alertOf(await cronjob('--with-alert', '--schedule=@every 1s'));
    expect(always.annotations.description).toContain('fires after 3 s');
  });

  test('--help names the severities', async () => {
    const { stdout } = await regadm(['prune', 'schedule', '--help']);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('severity of the alert: info, warning or critical');
  });

  test('without it there is no rule', async () => {
    expect(itemOf(await cronjob(), 'PrometheusRule')).toBeUndefined();
  });
});

describe('every setting has a flag', () => {
  test('of the CronJob', async () => {
    const { spec } = itemOf(
      await cronjob(
        '--schedule=30 2 * * *',
        '--suspend',
        '--starting-deadline=10m',
        '--active-deadline=2h',
        '--successful-jobs-history-limit=0',
        '--failed-jobs-history-limit=9',
      ),
      'CronJob',
    );
    expect(spec).toMatchObject({
      schedule: '30 2 * * *',
      suspend: true,
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 9,
      jobTemplate: { spec: { activeDeadlineSeconds: 7200 } },
    });
  });

  test('of the pod', async () => {
    const pod = podOf(
      await cronjob(
        '--requests=cpu=500m,memory=2Gi',
        '--limits=memory=4Gi',
        '--priority-class=openshift-user-critical',
        '--toleration=node-role.kubernetes.io/infra:NoSchedule',
        '--toleration=dedicated=registry:NoExecute',
        '--toleration=spot',
        '--node-selector=node-role.kubernetes.io/infra=,zone=a',
        '--affinity={"nodeAffinity":{}}',
      ),
    );
    expect(pod).toMatchObject({
      priorityClassName: 'openshift-user-critical',
      tolerations: [
        { key: 'node-role.kubernetes.io/infra', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'dedicated', operator: 'Equal', value: 'registry', effect: 'NoExecute' },
        { key: 'spot', operator: 'Exists' },
      ],
      nodeSelector: { 'node-role.kubernetes.io/infra': '', zone: 'a' },
      affinity: { nodeAffinity: {} },
    });
    expect(pod.containers[0]!.resources).toEqual({
      requests: { cpu: '500m', memory: '2Gi' },
      limits: { memory: '4Gi' },
    });
  });

  test('of resources of other domains, and a whole affinity', async () => {
    const expression = { key: 'zone', operator: 'In', values: ['a'] };
    const pods = { topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [expression] } };
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchFields: [expression] } }],
      },
      podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [pods] },
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: { ...pods, namespaces: ['a'] } },
        ],
      },
    };
    const limits = '--limits=nvidia.com/gpu=1';
    const flags = ['--requests=nvidia.com/gpu=1,memory=1Gi', limits, `--affinity=${JSON.stringify(affinity)}`];
    const pod = podOf(await cronjob(...flags));
    expect(pod.affinity).toEqual(affinity);
    expect(pod.containers[0]!.resources).toMatchObject({ limits: { 'nvidia.com/gpu': '1' } });
  });

  test('of the prune of images', async () => {
    const flags = [
      '--keep-tag-revisions=3',
      '--keep-younger-than=24h',
      '--no-ignore-invalid-refs',
      '--prune-registry=false',
      '--images-arg=max-delete=20%',
      '--images-arg=output=json',
      '--images-arg=--skip_resource=a.b.c',
      '--images-arg=--referrers=all',
    ];
    expect(podOf(await cronjob(...flags)).containers[0]!.args.slice(3)).toEqual([
      '--keep-tag-revisions=3',
      '--keep-younger-than=24h',
      '--ignore-invalid-refs=false',
      '--prune-registry=false',
      '--confirm=true',
      '--max-delete=20%',
      '--output=json',
      '--skip-resource=a.b.c',
      '--referrers=all',
    ]);
  });

  test('a policy replaces the flags that it states', async () => {
    const outcome = await cronjob('--images-arg=policy=/etc/policy.yaml');
    const { args } = podOf(outcome).containers[0]!;
    expect(args).toContain('--policy=/etc/policy.yaml');
    expect(args.filter((arg) => arg.startsWith('--keep-'))).toEqual([]);
    expect(outcome.stderr).toContain('no run succeeds unless the image contains /etc/policy.yaml');
  });

  test('a file of pulls is in the pod', async () => {
    const outcome = await cronjob('--images-arg=pulls=/no/pulls.json', '--images-arg=keep-pulled-within=30d');
    expect(podOf(outcome).containers[0]!.args).toContain('--pulls=/no/pulls.json');
    expect(outcome.stderr).toContain('no run succeeds unless the image contains /no/pulls.json');
  });

  test('the prune of builds uses --keep-younger-than beside a policy', async () => {
    const flags = ['--images-arg=policy=/etc/policy.yaml', '--with=builds', '--keep-younger-than=24h'];
    const { initContainers, containers } = podOf(await cronjob(...flags));
    expect(initContainers![0]!.args).toContain('--keep-younger-than=24h');
    expect(containers[0]!.args).not.toContainEqual(expect.stringContaining('--keep-'));
  });

  test('a further argument replaces the argument of the same flag', async () => {
    const { args } = podOf(await cronjob('--images-arg=confirm=false', '--images-arg=force-insecure')).containers[0]!;
    expect(args.filter((arg) => arg.includes('confirm'))).toEqual(['--no-confirm']);
    expect(args).not.toContainEqual(expect.stringContaining('--certificate-authority'));
  });

  test.each([
    ['REGADM_ORPHANS', 'true'],
    ['REGADM_REPLICA_SETS', 'true'],
    ['REGADM_KEEP_COMPLETE', '3'],
    ['REGADM_ALERT_SEVERITY', 'info'],
  ])('%s, which is meant for other commands, does not matter without --with', async (name, value) => {
    const plain = await cronjob();
    const flags = ['prune', 'schedule', '--cronjob', '--image', IMAGE];
    expect(await regadm(flags, { env: { [name]: value } })).toEqual(plain);
  });

  test('REGADM_ORPHANS applies to the prunes that use it', async () => {
    const flags = ['prune', 'schedule', '--cronjob', '--with=builds'];
    const outcome = await regadm(flags, { env: { REGADM_ORPHANS: 'true' } });
    expect(podOf(outcome).initContainers![0]!.args).toContain('--orphans=true');
  });

  test('--no-orphans needs no --with', async () => {
    expect(await cronjob('--no-orphans', '--no-replica-sets')).toEqual(await cronjob());
  });

  test.each([
    ['confirm=false', 'warning: with --images-arg=no-confirm, prune images is only a dry run and deletes nothing'],
    ['keep-younger-than=1h', 'prune images runs with --keep-younger-than=1h instead of --keep-younger-than=96h'],
    ['policy=/no/policy', 'warning: no run succeeds unless the image contains /no/policy (--policy=/no/policy)'],
    ['protect=/etc/keep', 'warning: no run succeeds unless the image contains /etc/keep (--protect=/etc/keep)'],
  ])('--images-arg=%s gets a note', async (arg, note) => {
    const { status, stderr } = await cronjob(`--images-arg=${arg}`);
    expect(status).toBe(0);
    expect(stderr.split('\n')).toContain(note);
  });

  test('further arguments that change nothing get no note', async () => {
    const { stderr } = await cronjob('--images-arg=confirm', '--images-arg=audit-log=/dev/stdout');
    expect(stderr).not.toMatch(/warning|instead of/);
  });

  test('--keep-tag-revisions=0 is allowed, with a warning', async () => {
    const { status, stderr } = await cronjob('--keep-tag-revisions=0');
    expect(status).toBe(0);
    expect(stderr).toContain('warning: --keep-tag-revisions=0 removes every tag that nothing protects');
  });
});

test.each([
  [['--image=not an image'], '--image must name an image'],
  [['--image='], 'invalid argument "" for "--image" flag: must not be empty'],
  [['--image=http://quay.io/x'], 'not "http://quay.io/x": invalid reference format'],
  [['--image=Foo/Bar:x'], 'not "Foo/Bar:x": repository name must be lowercase'],
  [['--requests=foo=1'], 'for "--requests" flag: "foo" is not a resource of Kubernetes, and has no domain'],
  [['--requests=nvidia.com/gpu=1'], '--requests of nvidia.com/gpu=1 needs the same limit'],
  [['--requests=nvidia.com/gpu=1', '--limits=nvidia.com/gpu=2'], '--requests of nvidia.com/gpu=1 needs the same limit'],
  [['--limits=nvidia.com/gpu=500m'], 'for "--limits" flag: "500m" of nvidia.com/gpu is not a whole number'],
  [['--requests=cpu=1,hugepages-2Mi=4Mi'], '--requests of hugepages-2Mi=4Mi needs the same limit'],
  [['--affinity={"nodeAffinity":{"x":1}}'], 'for "--affinity" flag: nodeAffinity has no field "x"'],
  [
    ['--affinity={"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{}]}}'],
    'podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0] has no topologyKey',
  ],
  [['--schedule=61 * * * *'], 'for "--schedule" flag: invalid minute "61" (must be 0-59)'],
  [['--schedule=0 0 31 2 *'], 'for "--schedule" flag: no day matches, so no run would start'],
  [['--starting-deadline=soon'], 'invalid argument "soon" for "--starting-deadline": not a duration'],
  [['--starting-deadline=5s'], '--starting-deadline must be between 10s and'],
  [['--active-deadline=0'], '--active-deadline must be between 1s and'],
  [['--active-deadline=-1h'], '--active-deadline must be greater than or equal to 0'],
  [['--successful-jobs-history-limit=-1'], '--successful-jobs-history-limit must be greater than or equal to 0'],
  [['--failed-jobs-history-limit=9999999999'], '--failed-jobs-history-limit must be at most'],
  [['--failed-jobs-history-limit=x'], 'for "--failed-jobs-history-limit" flag: must be a whole number'],
  [['--keep-tag-revisions=-1'], '--keep-tag-revisions must be greater than or equal to 0'],
  [['--keep-younger-than=day'], 'invalid argument "day" for "--keep-younger-than": not a duration'],
  [['--keep-younger-than=-1h'], '--keep-younger-than must be greater than or equal to 0'],
  [['--requests=cpu'], 'for "--requests" flag: "cpu" is not NAME=VALUE'],
  [['--requests=cpu=many'], 'for "--requests" flag: "many" is not a quantity'],
  [['--requests=cpu=-1'], 'for "--requests" flag: "-1" is not a quantity'],
  [['--requests=cpu=1,cpu=2'], 'for "--requests" flag: "cpu" occurs twice'],
  [['--limits=c/p/u=1'], 'for "--limits" flag: "c/p/u" is not the name of a resource'],
  [['--limits=cpu=500m'], '--requests of cpu=1 is above --limits of 500m'],
  [['--priority-class=Very High'], 'for "--priority-class" flag: not the name of a priority class'],
  [['--toleration=a/b/c'], 'for "--toleration" flag: "a/b/c" is not the key of a taint'],
  [['--toleration=a:Never'], 'for "--toleration" flag: the effect must be one of NoSchedule,'],
  [['--toleration=a=b c'], 'for "--toleration" flag: "b c" is not the value of a taint'],
  [['--toleration==x'], 'for "--toleration" flag: it has no key'],
  [['--toleration=none', '--toleration=a'], 'for "--toleration" flag: none cannot be combined'],
  [['--node-selector=zone'], 'for "--node-selector" flag: "zone" is not NAME=VALUE'],
  [['--node-selector=-a=b'], 'for "--node-selector" flag: "-a" is not the key of a label'],
  [['--node-selector=a=b!'], 'for "--node-selector" flag: "b!" is not the value of a label'],
  [['--affinity={'], 'for "--affinity" flag: it is not JSON'],
  [['--affinity={"node":{}}'], 'for "--affinity" flag: affinity is not an object with nodeAffinity'],
  [['--job-loglevel=11'], '--job-loglevel must be at most 10'],
  [['--with=pods'], 'for "--with" flag: must be one of builds, deployments'],
  [['--keep-complete=1'], '--keep-complete needs --with=builds or --with=deployments'],
  [['--with=builds', '--keep-complete=-1'], '--keep-complete must be greater than or equal to 0'],
  [['--with=builds', '--keep-failed=-1'], '--keep-failed must be greater than or equal to 0'],
  [['--with=builds', '--replica-sets'], '--replica-sets needs --with=deployments'],
  [['--orphans'], '--orphans needs --with=builds or --with=deployments'],
  [['--builds-arg=rules=oc'], '--builds-arg needs --with=builds'],
  [['--alert-severity=info'], '--alert-severity needs --with-alert'],
  [['--images-arg=--no-such-flag'], '--images-arg: unknown flag: --no-such-flag'],
  [['--images-arg=--max-delete=most'], '--images-arg: invalid argument "most" for "--max-delete"'],
  [['--images-arg=--plan=/tmp/plan'], '--images-arg: --plan cannot be specified with --keep-tag-revisions'],
  [
    ['--images-arg=policy=/etc/p', '--images-arg=referrers=oc'],
    '--images-arg: --policy cannot be specified with --referrers=oc, which does not see every use of a tag',
  ],
  [
    ['--images-arg=policy=/etc/p', '--images-arg=prune-over-size-limit'],
    '--images-arg: --policy cannot be specified with --prune-over-size-limit',
  ],
  [
    ['--images-arg=policy=/etc/p', '--images-arg=keep-younger-than=1h'],
    '--images-arg: --policy cannot be specified with --keep-younger-than',
  ],
  [
    ['--images-arg=policy=/etc/p', '--images-arg=plan=/etc/plan'],
    '--images-arg: --plan cannot be specified with --policy',
  ],
  [
    ['--images-arg=referrers-file=/etc/r', '--images-arg=referrers=oc'],
    '--images-arg: --referrers-file cannot be specified with --referrers=oc',
  ],
  [['--images-arg=pulls=/etc/pulls'], '--images-arg: --pulls'],
  [
    ['--images-arg=pulls=/etc/pulls', '--images-arg=keep-pulled-within=soon'],
    '--images-arg: invalid argument "soon" for "--keep-pulled-within"',
  ],
  [
    ['--images-arg=policy=/etc/p', '--keep-tag-revisions=5'],
    '--keep-tag-revisions cannot be specified with --images-arg=policy=…: the file states it',
  ],
  [
    ['--images-arg=--policy=/etc/p', '--keep-younger-than=96h'],
    '--keep-younger-than cannot be specified with --images-arg=policy=…: the file states it',
  ],
  [['--with=builds', '--builds-arg=max-delete=1Gi'], '--builds-arg: invalid argument "1Gi" for "--max-delete"'],
  [['--with=builds', '--builds-arg=orphans'], '--builds-arg: --orphans is not possible here'],
  [['--with=deployments', '--deployments-arg=replica-sets'], '--deployments-arg: --replica-sets is not possible here'],
  [['--images-arg=metrics-file=/tmp/x.prom'], '--images-arg: --metrics-file is not possible here'],
  [['--images-arg=metrics-file=/dev/stdout'], '--images-arg: --metrics-file is not possible here'],
  [['--images-arg=audit-log=/tmp/x'], '--images-arg: a file is not possible here'],
  [['--images-arg=kubeconfig=/x'], '--images-arg: a kubeconfig is not possible here'],
  [['--images-arg=context=c'], '--images-arg: a kubeconfig is not possible here'],
  [['--images-arg=keep-tag-revisions=9'], '--images-arg: --keep-tag-revisions is not possible here'],
  [['--images-arg=no-prune-registry'], '--images-arg: --prune-registry is not possible here'],
  [['--images-arg=ignore-invalid-refs=false'], '--images-arg: --ignore-invalid-refs is not possible here'],
  [['--images-arg=max-delete=5', '--images-arg=max-delete=9'], '--images-arg: --max-delete is specified twice'],
  [
    ['--with=builds', '--builds-arg=confirm=false', '--builds-arg=detailed-exitcode'],
    '--builds-arg: --detailed-exitcode is not possible here',
  ],
  [['--images-arg=help'], '--images-arg: --help is not possible here'],
  [['--images-arg=-h'], '--images-arg: --help is not possible here'],
  [['--images-arg=word'], '--images-arg: unknown flag: --word'],
  [['--images-arg=--'], '--images-arg: "--" is not a flag'],
  [['--images-arg=--token=secret'], '--images-arg: --token is not possible here'],
])('%j is refused', async (flags, message) => {
  const { status, stdout, stderr } = await cronjob(...flags);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^error: /);
});

describe('with a cluster', () => {
  const placement = {
    tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
    nodeSelector: { 'node-role.kubernetes.io/infra': '' },
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
  };

  function configure({ store }: Sandbox, spec: object): void {
    const pruner = store.get('imagepruners', 'cluster')!;
    store.put('imagepruners', { ...pruner, spec: { ...pruner.spec, ...spec } });
  }

  test('takes tolerations, node selector and affinity of the ImagePruner, and states so', async () => {
    const cluster = await start();
    configure(cluster, placement);
    const outcome = await ofCluster(cluster);
    expect(podOf(outcome)).toMatchObject(placement);
    expect(outcome.stderr).toMatch(
      /^tolerations, node selector, affinity: taken from imagepruners.imageregistry.operator.openshift.io\/cluster of https:/m,
    );
    expect(outcome.stderr).not.toContain('not taken');
    expect(cluster.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  test('a flag wins over the cluster', async () => {
    const cluster = await start({ managementState: 'Removed' });
    configure(cluster, placement);
    const outcome = await ofCluster(cluster, '--toleration=none', '--node-selector=zone=a', '--prune-registry');
    expect(podOf(outcome)).toMatchObject({ nodeSelector: { zone: 'a' }, affinity: placement.affinity });
    expect(podOf(outcome)).not.toHaveProperty('tolerations');
    expect(podOf(outcome).containers[0]!.args).not.toContain('--prune-registry=false');
    expect(outcome.stderr).toMatch(/^affinity: taken from imagepruners/m);
  });

  test('with a removed registry, prunes API objects only', async () => {
    const outcome = await ofCluster(await start({ managementState: 'Removed' }));
    expect(podOf(outcome).containers[0]!.args).toContain('--prune-registry=false');
    expect(outcome.stderr).toMatch(
      /^--prune-registry=false: taken from configs.imageregistry.operator.openshift.io\/cluster of https:.* \(managementState Removed\)$/m,
    );
  });

  test('with a managed registry and an ImagePruner without placement, nothing is taken', async () => {
    const cluster = await start();
    const outcome = await ofCluster(cluster);
    expect(itemsOf(outcome).filter((item) => !isOfReferrers(item))).toEqual(itemsOf(await cronjob()));
    expect(outcome.stderr).not.toContain('taken');
  });

  test('a user who may not read the objects gets a note', async () => {
    const { kubeconfig } = await start();
    const outcome = await cronjob('--kubeconfig', kubeconfig.nobody);
    const { status, stderr } = outcome;
    expect(status).toBe(0);
    expect(itemsOf(outcome).filter((item) => !isOfReferrers(item))).toEqual(itemsOf(await cronjob()));
    expect(stderr).toMatch(
      /^not taken from the cluster \(cannot read imagepruners.*forbidden.*\): tolerations, node selector, affinity; if/m,
    );
    expect(stderr).toMatch(
      /^not taken from the cluster \(cannot read configs.*\): whether the registry is Removed; if/m,
    );
  });

  test('the service account may list the kinds of the cluster that can be the only users of an image', async () => {
    const kubevirt = { group: 'kubevirt.io', version: 'v1', resource: 'virtualmachines', kind: 'VirtualMachine' };
    const outcome = await ofCluster(await start({ customResources: [{ ...kubevirt, namespaced: true }] }));
    const [role, binding] = itemsOf(outcome).filter(isOfReferrers);
    const rules = (role as unknown as { rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] }).rules;
    expect(rules.map(({ apiGroups, resources }) => [...apiGroups, ...resources])).toEqual([
      ['', 'podtemplates'],
      ['apps', 'controllerrevisions'],
      ['argoproj.io', 'workflows'],
      ['kubevirt.io', 'virtualmachines'],
      ['serving.knative.dev', 'revisions', 'services'],
      ['tekton.dev', 'tasks'],
      ['template.openshift.io', 'templates'],
    ]);
    expect(rules.every(({ verbs }) => verbs.join() === 'list,watch')).toBe(true);
    expect(binding).toMatchObject({ kind: 'ClusterRoleBinding', subjects: [{ name: 'regadm-image-pruner' }] });
  });

  test('a cluster whose kinds cannot be discovered gets a note, and no role for them', async () => {
    const outcome = await ofCluster(await start({ fail: ['GET ^/apis$ => 403'] }));
    expect(itemsOf(outcome).filter(isOfReferrers)).toEqual([]);
    expect(outcome.stderr).toMatch(/^the role regadm-image-pruner-referrers is not printed, because .*print the List/m);
  });

  test('an ImagePruner with a placement that no pod can have gets a note', async () => {
    const cluster = await start();
    configure(cluster, { tolerations: 'all', nodeSelector: { zone: 'a' } });
    const outcome = await ofCluster(cluster);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toMatch(
      /^not taken from the cluster \(.*tolerations is not a list of tolerations\): toler/m,
    );
  });

  test('an overloaded server is asked once', async () => {
    const cluster = await start();
    cluster.addFault('GET /imagepruners => 503');
    const { status, stderr } = await ofCluster(cluster);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^not taken from the cluster \(cannot read imagepruners/m);
    expect(cluster.requests.filter(({ path }) => path.includes('imagepruners'))).toHaveLength(1);
  });
});
