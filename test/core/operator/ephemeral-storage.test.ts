import type { RegistryConfig } from '../../../src/core/operator/config.js';
import { assertImagesSurvive, rolloutLoss } from '../../../src/core/operator/ephemeral-storage.js';
import type { Deployment } from '../../../src/core/operator/rollout.js';

const CLAIM = { persistentVolumeClaim: { claimName: 'claim' } };
const EMPTY = { emptyDir: {} };
const ROOT = 'REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY';

function aConfig(spec: object | undefined, status?: object): RegistryConfig {
  return {
    metadata: { name: 'cluster' },
    spec: spec && { storage: { managementState: 'Managed', ...spec } },
    status: status && { storage: { managementState: 'Managed', ...status } },
  };
}

interface Template {
  env?: Record<string, string> | object[];
  envFrom?: object[];
  /** Volume by path; its name is `volume-N` unless it is given. */
  mounts?: Record<string, object>;
}

function aDeployment({ env = {}, envFrom, mounts = {} }: Template): Deployment {
  const paths = Object.keys(mounts);
  const volumes = paths.map((path, at) => ({ name: `volume-${at}`, ...mounts[path] }));
  const container = {
    name: 'registry',
    env: Array.isArray(env) ? env : Object.entries(env).map(([name, value]) => ({ name, value })),
    envFrom,
    volumeMounts: paths.map((mountPath, at) => ({ name: volumes[at]!.name, mountPath })),
  };
  return {
    metadata: { name: 'image-registry' },
    spec: { template: { spec: { containers: [{ name: 'proxy' }, container], volumes } as object } },
  };
}

test.each<[string, Parameters<typeof rolloutLoss>[0], RegExp]>([
  ['the spec', { config: aConfig(EMPTY) }, /spec\.storage\.emptyDir/],
  ['the spec, besides another kind', { config: aConfig({ pvc: {}, ...EMPTY }) }, /spec\.storage\.emptyDir/],
  ['the status, if the operator chose it', { config: aConfig(undefined, EMPTY) }, /status\.storage\.emptyDir/],
  [
    'the spec, before it is rolled out',
    { config: aConfig(EMPTY, { pvc: {} }), deployment: aDeployment({ mounts: { '/registry': CLAIM } }) },
    /spec\.storage\.emptyDir/,
  ],
  [
    'the volume that the pods still use',
    { config: aConfig({ pvc: {} }), deployment: aDeployment({ mounts: { '/registry': EMPTY } }) },
    /volume volume-0 of its Deployment/,
  ],
  [
    'the volume, if the config cannot be read',
    { deployment: aDeployment({ mounts: { '/registry': { emptyDir: { medium: 'Memory' } } } }) },
    /emptyDir volume/,
  ],
  [
    'a volume at another root directory',
    {
      deployment: aDeployment({
        env: { REGISTRY_STORAGE: 'filesystem', REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: '/data/images/' },
        mounts: { '/registry': CLAIM, '/data': EMPTY },
      }),
    },
    /volume-1/,
  ],
  [
    'the nearest volume',
    { deployment: aDeployment({ mounts: { '/registry': CLAIM, '/registry/docker': EMPTY } }) },
    /volume-1/,
  ],
  [
    'a claim that is deleted with its pod',
    { deployment: aDeployment({ mounts: { '/registry': { ephemeral: {} } } }) },
    /ephemeral volume/,
  ],
  [
    'a root directory that is on no volume',
    {
      config: aConfig({}),
      deployment: aDeployment({
        env: { REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: '/data' },
        mounts: { '/registry': CLAIM, '/etc/pki/ca-trust/extracted': EMPTY },
      }),
    },
    /no volume of its Deployment contains \/data/,
  ],
  [
    'a file system without a volume and without a stated root directory',
    { deployment: aDeployment({ env: { REGISTRY_STORAGE: 'filesystem' } }) },
    /no volume of its Deployment contains its root directory/,
  ],
  ['memory', { deployment: aDeployment({ env: { REGISTRY_STORAGE: 'inmemory' } }) }, /in memory/],
  [
    'a volume at the root directory that the program has without a configuration',
    { deployment: aDeployment({ mounts: { '/var/lib/registry': EMPTY } }) },
    /emptyDir volume/,
  ],
  [
    'memory, stated by the last of two variables',
    {
      config: aConfig({ s3: {} }),
      deployment: aDeployment({
        env: [
          { name: 'REGISTRY_STORAGE', value: 's3' },
          { name: 'REGISTRY_STORAGE', value: 'inmemory' },
        ],
      }),
    },
    /in memory/,
  ],
  ...['/registry/../scratch', '/registry/../scratch/', '//scratch', '/./scratch//.', '/scratch'].map(
    (root): [string, Parameters<typeof rolloutLoss>[0], RegExp] => [
      `the volume at ${root}`,
      {
        config: aConfig({ pvc: {} }),
        deployment: aDeployment({
          env: { REGISTRY_STORAGE: 'filesystem', [ROOT]: root },
          mounts: { '/registry': CLAIM, '/scratch/': EMPTY },
        }),
      },
      /volume-1/,
    ],
  ),
  [
    'a storage that is not known, on a volume that ends with its pod',
    { deployment: aDeployment({ env: [{ name: 'REGISTRY_STORAGE', valueFrom: {} }], mounts: { '/registry': EMPTY } }) },
    /emptyDir volume/,
  ],
  [
    "the operator's volume, wherever it is",
    { deployment: aDeployment({ mounts: { '/data': { ...EMPTY, name: 'registry-storage' } } }) },
    /volume registry-storage/,
  ],
])('images end with the pods by %s', (_what, statement, reason) => {
  expect(rolloutLoss(statement)).toMatch(/^every roll-out of the registry deletes all its images: /);
  expect(rolloutLoss(statement)).toMatch(reason);
});

test.each<[string, Parameters<typeof rolloutLoss>[0]]>([
  ['nothing is known', {}],
  ['a claim', { config: aConfig({ pvc: {} }), deployment: aDeployment({ mounts: { '/registry': CLAIM } }) }],
  ['a status that is older than the spec', { config: aConfig({ pvc: {} }, EMPTY) }],
  ['a field that was removed', { config: aConfig({ emptyDir: null, pvc: {} }) }],
  [
    'the volume for trusted authorities, which every registry has',
    { deployment: aDeployment({ mounts: { '/registry': CLAIM, '/etc/pki/ca-trust/extracted': EMPTY } }) },
  ],
  [
    'a volume whose path only begins with the same letters',
    { deployment: aDeployment({ mounts: { '/registry': CLAIM, '/registry/docker/registry/v2/blob': EMPTY } }) },
  ],
  ['a Deployment that states nothing', { config: aConfig({ s3: {} }), deployment: aDeployment({}) }],
  [
    'a claim, by the last of two root directories',
    {
      deployment: aDeployment({
        env: [
          { name: ROOT, value: '/scratch' },
          { name: ROOT, value: '/scratch/../registry/' },
        ],
        mounts: { '/registry': CLAIM, '/scratch': EMPTY },
      }),
    },
  ],
  [
    'object storage, whatever the variables of envFrom are',
    { deployment: aDeployment({ env: { REGISTRY_STORAGE: 's3' }, envFrom: [{ secretRef: {} }] }) },
  ],
  ['a removed registry', { config: { ...aConfig(EMPTY), spec: { managementState: 'Removed', storage: EMPTY } } }],
  ['object storage', { deployment: aDeployment({ env: { REGISTRY_STORAGE: 's3' }, mounts: { '/registry': EMPTY } }) }],
])('images survive a roll-out: %s', (_what, statement) => {
  expect(rolloutLoss(statement)).toBeUndefined();
  expect(assertImagesSurvive(statement, false)).toEqual([]);
});

test.each<[string, Parameters<typeof rolloutLoss>[0], RegExp]>([
  [
    'without a config',
    { deployment: aDeployment({}) },
    /\/cluster does not exist, and its Deployment names no storage$/,
  ],
  [
    'with a config that cannot be read',
    { configError: 'configs is forbidden', deployment: aDeployment({}) },
    /\/cluster cannot be read \(configs is forbidden\), and/,
  ],
  [
    'with a config that names nothing',
    { config: aConfig({}, {}), deployment: aDeployment({}) },
    /\/cluster names no storage, and/,
  ],
  [
    'on an inline CSI volume, which some drivers create for the pod',
    { config: aConfig({ pvc: {} }), deployment: aDeployment({ mounts: { '/registry': { csi: {} } } }) },
    /volume volume-0 of its Deployment is an inline CSI volume/,
  ],
  ...(
    [
      ['from a root directory of another object', [{ name: ROOT, valueFrom: { configMapKeyRef: {} } }]],
      ['from a root directory with a variable', [{ name: ROOT, value: '$(BASE)/images' }]],
      ['from a relative root directory', [{ name: ROOT, value: 'registry' }]],
      ['from a relative root directory that begins with a dot', [{ name: ROOT, value: './registry' }]],
      ['from a storage of another object', [{ name: 'REGISTRY_STORAGE', valueFrom: { secretKeyRef: {} } }]],
    ] as [string, object[]][]
  ).map(([what, env]): [string, Parameters<typeof rolloutLoss>[0], RegExp] => [
    what,
    { config: aConfig({ pvc: {} }), deployment: aDeployment({ env, mounts: { '/registry': CLAIM } }) },
    /REGISTRY_STORAGE.* of its Deployment .*nothing shows where it keeps them$/,
  ]),
  [
    'with variables of another object',
    {
      config: aConfig({}),
      deployment: aDeployment({ envFrom: [{ configMapRef: {} }], mounts: { '/registry': CLAIM } }),
    },
    /REGISTRY_STORAGE of its Deployment can come from envFrom/,
  ],
])('it is not known whether images survive %s', (_what, statement, reason) => {
  expect(rolloutLoss(statement)).toBeUndefined();
  expect(() => assertImagesSurvive(statement, false)).toThrow(
    expect.objectContaining({ code: 'REGISTRY_STORAGE_UNKNOWN', exitCode: 4 }),
  );
  expect(assertImagesSurvive(statement, true)).toEqual([expect.stringMatching(reason)]);
});

test('a loss is refused with what to do, or a warning once it is accepted', () => {
  const statement = { config: aConfig(EMPTY) };
  expect(() => assertImagesSurvive(statement, false)).toThrow(
    expect.objectContaining({
      code: 'EPHEMERAL_STORAGE',
      exitCode: 4,
      suggestions: expect.arrayContaining([expect.stringContaining('--accept-data-loss')]) as string[],
    }),
  );
  expect(assertImagesSurvive(statement, true)).toEqual([expect.stringContaining('deletes all its images')]);
});
