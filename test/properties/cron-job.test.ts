import fc from 'fast-check';
import { normalizeArgv, type FlagTable } from '../../src/cli/argv.js';
import PruneBuilds from '../../src/commands/prune/builds.js';
import PruneDeployments from '../../src/commands/prune/deployments.js';
import PruneImages from '../../src/commands/prune/images.js';
import { cronProblem } from '../../src/core/schedule/cron.js';
import { cronJobList } from '../../src/core/schedule/cron-job/list.js';
import { parseQuantity } from '../../src/core/model/values/quantity.js';
import { toCronJobRequest } from '../../src/flags/cron-job-request.js';

type Flags = Parameters<typeof toCronJobRequest>[0];
type With = ('builds' | 'deployments')[];

interface Container {
  name: string;
  args: string[];
  resources: { requests: Record<string, string> };
}

interface Item {
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string> };
  rules?: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace: string }[];
  spec?: {
    schedule?: string;
    podSelector?: { matchLabels: Record<string, string> };
    jobTemplate?: {
      spec: {
        backoffLimit: number;
        template: {
          metadata: { labels: Record<string, string> };
          spec: {
            restartPolicy: string;
            serviceAccountName: string;
            initContainers?: Container[];
            containers: Container[];
            nodeSelector?: object;
          };
        };
      };
    };
  };
}

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
const count = fc.nat({ max: 50 });
const quantity = fc.constantFrom('1', '500m', '2Gi', '1.5', '1e3', '250M');
const duration = fc.constantFrom('0', '60m', '96h', '1h30m', '2.5h');
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** Any combination of valid flags. */
const flagSets: fc.Arbitrary<Flags> = fc
  .record({
    schedule: maybe(fc.constantFrom('0 0 * * *', '@weekly', '*/7 3-9/2 1,15 * mon-fri', '@every 36h')),
    suspend: maybe(fc.constant(true)),
    'starting-deadline': maybe(fc.constantFrom('10s', '2h')),
    'active-deadline': maybe(fc.constantFrom('1s', '90m')),
    'successful-jobs-history-limit': maybe(count),
    'failed-jobs-history-limit': maybe(count),
    'with-alert': fc.boolean(),
    requests: maybe(fc.tuple(quantity, quantity).map(([cpu, memory]) => `cpu=${cpu},memory=${memory}`)),
    'priority-class': maybe(label),
    toleration: maybe(
      fc.array(
        fc.tuple(label, fc.constantFrom('', '=a', ':NoSchedule', '=b:NoExecute')).map((parts) => parts.join('')),
      ),
    ),
    'node-selector': maybe(fc.tuple(label, label).map((pair) => pair.join('='))),
    affinity: maybe(fc.constantFrom('none', '{"podAffinity":{}}')),
    'job-loglevel': maybe(fc.nat({ max: 10 })),
    with: maybe(fc.subarray<With[number]>(['builds', 'deployments'])),
    'keep-tag-revisions': maybe(count),
    'keep-younger-than': maybe(duration),
    'ignore-invalid-refs': maybe(fc.boolean()),
    'prune-registry': maybe(fc.boolean()),
    'keep-complete': maybe(count),
    'keep-failed': maybe(count),
    orphans: maybe(fc.boolean()),
    'replica-sets': maybe(fc.boolean()),
  })
  .map((flags) => {
    const chosen = (flags.with ?? []) as With;
    // Flags that have no effect are refused.
    for (const name of ['keep-complete', 'keep-failed', 'orphans'] as const)
      if (chosen.length === 0) flags[name] = undefined;
    if (!chosen.includes('deployments')) flags['replica-sets'] = undefined;
    return flags as unknown as Flags;
  });

const COMMANDS = { builds: PruneBuilds, deployments: PruneDeployments, images: PruneImages };

function itemsOf(flags: Flags): Item[] {
  return (cronJobList(toCronJobRequest(flags), []) as { items: Item[] }).items;
}

function podOf(items: Item[]) {
  return items.find(({ kind }) => kind === 'CronJob')!.spec!.jobTemplate!.spec.template;
}

const NAME = /^(?=.{1,63}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

test('every object has a valid name and namespace, and references exist', () => {
  fc.assert(
    fc.property(flagSets, (flags) => {
      const items = itemsOf(flags);
      const keys = items.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { kind, metadata, roleRef, subjects } of items) {
        expect(metadata.name).toMatch(NAME);
        expect(metadata.name).not.toMatch(/^(?:image-pruner|pruner)$/);
        expect(metadata.namespace).toBe(kind.startsWith('ClusterRole') ? undefined : 'openshift-image-registry');
        if (roleRef && roleRef.name !== 'system:image-pruner') expect(keys).toContain(`ClusterRole/${roleRef.name}`);
        for (const subject of subjects ?? []) expect(keys).toContain(`ServiceAccount/${subject.name}`);
      }
      const { metadata, spec } = podOf(items);
      expect(keys).toContain(`ServiceAccount/${spec.serviceAccountName}`);
      expect(metadata.labels).toMatchObject(
        items.find(({ kind }) => kind === 'NetworkPolicy')!.spec!.podSelector!.matchLabels,
      );
      expect(items.some(({ kind }) => kind === 'PrometheusRule')).toBe(flags['with-alert']);
    }),
  );
});

test('the CronJob is valid, and repeats no failed run', () => {
  fc.assert(
    fc.property(flagSets, (flags) => {
      const { spec } = itemsOf(flags).find(({ kind }) => kind === 'CronJob')!;
      expect(cronProblem(spec!.schedule!)).toBeUndefined();
      const { backoffLimit, template } = spec!.jobTemplate!.spec;
      expect([backoffLimit, template.spec.restartPolicy]).toEqual([0, 'Never']);
      const containers = [...(template.spec.initContainers ?? []), ...template.spec.containers];
      expect(new Set(containers.map(({ name }) => name)).size).toBe(containers.length);
      for (const { name, resources } of containers) {
        expect(name).toMatch(NAME);
        for (const amount of Object.values(resources.requests)) expect(parseQuantity(amount)).toBeGreaterThan(0);
      }
    }),
  );
});

/** Parses arguments of a prune with the flags of its command. */
function parseArgs([first, second, ...args]: string[]): Record<string, string | number | boolean> {
  expect(first).toBe('prune');
  const command = COMMANDS[second as keyof typeof COMMANDS];
  const table = { ...command.baseFlags, ...command.flags } as FlagTable;
  const values: Record<string, string | number | boolean> = {};
  for (const arg of normalizeArgv(args, table, '')) {
    const [, no, name, value] = /^--(no-)?([a-z-]+?)(?:=(.*))?$/s.exec(arg)!;
    const flag = table[name!] ?? table[`no-${name}`];
    expect([arg, flag?.type]).toEqual([arg, value === undefined ? 'boolean' : 'option']);
    values[name!] = value ?? no === undefined;
  }
  return values;
}

test("the arguments are flags of regadm's own commands, with the values of the flags, in the order of the prunes", () => {
  fc.assert(
    fc.property(flagSets, (flags) => {
      const { spec } = podOf(itemsOf(flags));
      const all = [...(spec.initContainers ?? []), ...spec.containers];
      const order = ['builds', 'deployments', 'images'].filter(
        (prune) => prune === 'images' || flags.with?.includes(prune),
      );
      expect(all.map(({ args }) => args[1])).toEqual(order);
      for (const { args } of all) {
        const values = parseArgs(args);
        expect(values).toMatchObject({ confirm: true, 'keep-younger-than': flags['keep-younger-than'] ?? '96h' });
        if (args[1] === 'images') {
          expect(values['keep-tag-revisions']).toBe(String(flags['keep-tag-revisions'] ?? 5));
          expect(values['prune-registry'] ?? true).toBe(flags['prune-registry'] ?? true);
        } else {
          expect(values['keep-complete']).toBe(String(flags['keep-complete'] ?? 5));
          expect(values.orphans ?? false).toBe(flags.orphans ?? false);
          expect(values['replica-sets'] ?? false).toBe(args[1] === 'deployments' && (flags['replica-sets'] ?? false));
        }
      }
    }),
  );
});

/** What each prune deletes, and everything that it reads. */
const DELETES = { builds: ['builds'], deployments: ['replicationcontrollers'] };
const READS = {
  builds: ['buildconfigs', 'builds'],
  deployments: ['replicationcontrollers', 'deploymentconfigs', 'deployments'],
};

test('the role grants nothing beyond the chosen prunes', () => {
  fc.assert(
    fc.property(flagSets, (flags) => {
      const chosen = (flags.with ?? []) as With;
      const sets = flags['replica-sets'] ? ['replicasets'] : [];
      const deletes = [...chosen.flatMap((prune) => DELETES[prune]), ...sets];
      const reads = [...chosen.flatMap((prune) => READS[prune]), ...sets];
      const role = itemsOf(flags).find(({ kind }) => kind === 'ClusterRole');
      expect(role === undefined).toBe(chosen.length === 0);
      const granted = (role?.rules ?? []).flatMap(({ resources, verbs }) =>
        verbs.flatMap((verb) => resources.map((resource) => ({ verb, resource }))),
      );
      for (const { verb, resource } of granted) {
        expect(['get', 'list', 'delete']).toContain(verb);
        expect(verb === 'delete' ? deletes : reads).toContain(resource);
      }
      for (const resource of deletes)
        for (const verb of ['get', 'list', 'delete']) expect(granted).toContainEqual({ verb, resource });
    }),
  );
});
