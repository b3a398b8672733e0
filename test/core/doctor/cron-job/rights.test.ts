import { bound, examine, OWN, podsOf, rightCluster, rightCronJob, type Contents } from './cluster.js';

const PRUNER = 'system:image-pruner';

async function problems(contents: Contents) {
  const checks = await examine(contents);
  return checks
    .filter(({ message }) => !message.includes('not as regadm prints it'))
    .filter(({ status }) => status === 'warning' || status === 'unknown');
}

/** A cluster whose CronJob runs these prunes, and has another role besides the pruner's. */
function running(prunes: string[], role?: { name: string; rules: object[] }): Contents {
  const cronJob = rightCronJob();
  const [container] = podsOf(cronJob).containers;
  podsOf(cronJob).containers = prunes.map((prune, at) => ({
    ...container,
    name: `c${at}`,
    args: ['prune', ...prune.split(' '), '--confirm'],
  }));
  const right = rightCluster(cronJob);
  if (!role) return right;
  return {
    ...right,
    clusterroles: [...(right.clusterroles as object[]), { metadata: { name: role.name }, rules: role.rules }],
    clusterrolebindings: [...(right.clusterrolebindings as object[]), bound(role.name, OWN)],
  };
}

const deleting = (group: string, resource: string) => ({
  apiGroups: [group],
  resources: [resource],
  verbs: ['get', 'list', 'delete'],
});
const BUILDS = deleting('build.openshift.io', 'builds');
const CONTROLLERS = deleting('', 'replicationcontrollers');
const SETS = deleting('apps', 'replicasets');

test('a kind that can be the only user of an image and may not be listed: its role is missing', async () => {
  const checks = await examine({ ...rightCluster(), tasks: [] });
  const isAboutKinds = ({ message }: { message: string }): boolean => message.includes('may not list');
  expect(checks.filter(isAboutKinds)).toMatchObject([
    {
      status: 'info',
      message: `service account ${OWN} may not list tasks.tekton.dev, so CronJob ${OWN} does not keep images that only these objects use`,
      suggestions: [
        expect.stringMatching(/^create its role regadm-image-pruner-referrers: regadm prune schedule --cron/),
      ],
    },
  ]);
  expect((await examine(rightCluster())).filter(isAboutKinds)).toEqual([]);
});

test('a service account that does not exist: no pod can be created', async () => {
  expect(await problems({ ...rightCluster(), serviceaccounts: [] })).toMatchObject([
    {
      message: `service account ${OWN} of CronJob ${OWN} does not exist in openshift-image-registry, so no pod of a run can be created`,
      suggestions: ['create it: regadm prune schedule --cronjob --image=quay.io/example/regadm:1 | oc apply -f -'],
    },
  ]);
});

test.each([
  ['without a binding', []],
  ['with a binding for another namespace', [{ kind: 'ServiceAccount', name: OWN, namespace: 'default' }]],
  [
    'with a binding for another account',
    [{ kind: 'ServiceAccount', name: 'x', namespace: 'openshift-image-registry' }],
  ],
])('a service account %s: what it may not do, and the command that binds it', async (_, subjects) => {
  const clusterrolebindings = [{ metadata: { name: 'b' }, roleRef: { name: PRUNER }, subjects }];
  expect(await problems({ ...rightCluster(), clusterrolebindings })).toMatchObject([
    {
      status: 'warning',
      message: expect.stringMatching(
        /^service account regadm-image-pruner may not list images\.image\.openshift\.io, .* more, so prune images of CronJob regadm-image-pruner ends with an error and deletes nothing$/,
      ),
      suggestions: [
        `bind it to the role: oc adm policy add-cluster-role-to-user ${PRUNER} -z ${OWN} -n openshift-image-registry`,
      ],
    },
  ]);
});

test.each([
  [{ kind: 'User', name: `system:serviceaccount:openshift-image-registry:${OWN}` }],
  [{ kind: 'Group', name: 'system:serviceaccounts:openshift-image-registry' }],
])('a binding for %j counts, too', async (subject) => {
  const clusterrolebindings = [{ metadata: { name: 'b' }, roleRef: { name: PRUNER }, subjects: [subject] }];
  expect(await problems({ ...rightCluster(), clusterrolebindings })).toEqual([]);
});

test('another role that allows enough is accepted', async () => {
  const right = rightCluster();
  const rules = (right.clusterroles as { rules: object[] }[])[0]!.rules;
  const clusterroles = [{ metadata: { name: 'own' }, rules }];
  expect(await problems({ ...right, clusterroles, clusterrolebindings: [bound('own', OWN)] })).toEqual([]);
});

test.each([
  [
    ['builds', 'images'],
    /may not delete builds\.build\.openshift\.io, so prune builds of CronJob regadm-image-pruner cannot delete/,
  ],
  [['deployments', 'images'], /may not delete replicationcontrollers, so prune deployments/],
  [['deployments --replica-sets', 'images'], /may not delete replicationcontrollers, delete replicasets\.apps, so/],
])('prunes %j with the role of pruners only: what is missing', async (prunes, message) => {
  expect(await problems(running(prunes))).toMatchObject([
    { status: 'warning', message: expect.stringMatching(message), suggestions: [expect.stringContaining('--with=')] },
  ]);
});

test.each([
  [['builds', 'images'], [BUILDS]],
  [['deployments', 'images'], [CONTROLLERS]],
  [
    ['builds', 'deployments --replica-sets=true', 'images'],
    [BUILDS, CONTROLLERS, SETS],
  ],
  [['images'], [{ apiGroups: ['*'], resources: ['tasks', 'controllerrevisions'], verbs: ['get', 'list', 'watch'] }]],
  [['images'], [{ apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews'], verbs: ['create'] }]],
])('prunes %j with what they need: no problem', async (prunes, rules) => {
  expect(await problems(running(prunes, { name: 'regadm-image-pruner-extra', rules }))).toEqual([]);
});

test.each([
  [['images'], [BUILDS], /may delete builds\.build\.openshift\.io \(ClusterRole extra\)/],
  [['deployments', 'images'], [CONTROLLERS, SETS], /may delete replicasets\.apps \(ClusterRole extra\)/],
  [
    ['images'],
    [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
    /may do everything with \*\.\* \(ClusterRole extra\)/,
  ],
  [['images'], [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }], /may list secrets/],
])('prunes %j with %j: more than they need', async (prunes, rules, message) => {
  expect(await problems(running(prunes, { name: 'extra', rules }))).toMatchObject([
    {
      status: 'warning',
      message: expect.stringMatching(message),
      suggestions: [
        `take the role away: oc adm policy remove-cluster-role-from-user extra -z ${OWN} -n openshift-image-registry`,
      ],
    },
  ]);
});

test('a prune that regadm does not know: what it needs is not judged', async () => {
  expect(await problems(running(['images', 'hard'], { name: 'extra', rules: [BUILDS] }))).toEqual([]);
});

test('a prune of one namespace: a RoleBinding can allow it', async () => {
  const contents = running(['builds -n shop', 'images']);
  expect(await problems(contents)).toMatchObject([
    { status: 'unknown', message: expect.stringContaining('RoleBinding') },
  ]);
});

test('parts that the user may not read are unknown, with the permission that is missing', async () => {
  const forbidden: Contents = {
    ...rightCluster(),
    serviceaccounts: 403,
    clusterroles: 403,
    configs: 403,
    imagepruners: 403,
    prometheusrules: 403,
    pods: 403,
  };
  expect(await examine(forbidden)).toEqual([
    { name: 'cron job', status: 'ok', message: `CronJob ${OWN} is set up to prune where that could be checked` },
    {
      name: 'cron job',
      status: 'unknown',
      message:
        'not checked: the placement of the pods (this user may not read imagepruners.imageregistry.operator.openshift.io/cluster); ' +
        '--prune-registry (this user may not read configs.imageregistry.operator.openshift.io/cluster); ' +
        'whether the latest pod could start (this user may not list pods); ' +
        'whether the service account exists (this user may not list serviceaccounts); ' +
        'the permissions of the service account (this user may not list clusterroles.rbac.authorization.k8s.io); ' +
        'whether there is an alert (this user may not list prometheusrules.monitoring.coreos.com)',
    },
  ]);
});

test('CronJobs that the user may not list are unknown', async () => {
  expect(await examine({ ...rightCluster(), cronjobs: 403 })).toEqual([
    {
      name: 'cron job',
      status: 'unknown',
      message: 'this user may not list cronjobs.batch in openshift-image-registry',
    },
  ]);
});
