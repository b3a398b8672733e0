import { startSandbox, type Sandbox } from '../../src/sandbox/index.js';
import { regadm, type Outcome } from '../support/regadm.js';

let sandbox: Sandbox;
beforeEach(async () => void (sandbox = await startSandbox({ sample: true, storage: 'none' })));
afterEach(() => sandbox.stop());

const prune = (...args: string[]): Promise<Outcome> =>
  regadm(['prune', ...args, '--kubeconfig', sandbox.kubeconfig.admin]);

/** Returns the names of the images that a dry run would delete. */
async function images(): Promise<string[]> {
  const { status, stdout } = await prune('images', '-o', 'name');
  expect(status).toBe(0);
  return stdout.trim().split('\n').sort();
}

/** The images of a stream in the sample data, newest first. */
function revisions(stream: string): string[] {
  const { tags } = sandbox.store.get('imagestreams', 'ci', stream)!.status as {
    tags: { items: { image: string }[] }[];
  };
  return tags[0]!.items.map(({ image }) => `image.image.openshift.io/${image}`);
}

// What the instructions of `regadm sandbox` propose, and what the nightly job does.
test('after the prunes of builds and deployments, the images that only they used are pruned', async () => {
  const before = await images();
  const [builder, runner] = [revisions('builder'), revisions('runner')];
  for (const image of [builder[3]!, runner[3]!, runner[4]!]) expect(before).not.toContain(image);

  expect(await prune('builds', '--confirm')).toMatchObject({ status: 0 });
  expect(await images()).toEqual([...before, builder[3]!].sort());

  expect(await prune('deployments', '--confirm')).toMatchObject({ status: 0 });
  expect(await images()).toEqual([...before, builder[3]!, runner[3]!].sort());

  expect(await prune('deployments', '--replica-sets', '--confirm')).toMatchObject({ status: 0 });
  expect(await images()).toEqual([...before, builder[3]!, runner[3]!, runner[4]!].sort());
  expect(await prune('images', '--confirm')).toMatchObject({ status: 0 });
});

test('the current revisions, a running build and the orphan are kept', async () => {
  await prune('builds', '--confirm');
  await prune('deployments', '--replica-sets', '--confirm');
  const kept = (resource: string): string[] => sandbox.store.list(resource, 'ci').map(({ metadata }) => metadata.name);
  expect(kept('builds')).toEqual(expect.arrayContaining(['frontend-48', 'frontend-49', 'storefront-12']));
  expect(kept('replicationcontrollers')).toContain('runner-11');
  expect(sandbox.store.list('replicasets', 'ci').filter(({ spec }) => spec?.replicas === 1)).toHaveLength(1);
  expect(await prune('builds', '--orphans', '--confirm')).toMatchObject({ status: 0 });
  expect(kept('builds')).not.toContain('storefront-12');
});
