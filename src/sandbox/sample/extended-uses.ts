import { REGISTRY_SERVICE } from '../names.js';
import { DAY, layer, OS_LAYER, type SampleBuilder } from './builder.js';

/** Adds uses that only `--referrers extended` finds; `oc adm prune images` would delete these images. */
export function extendedUses(sample: SampleBuilder): void {
  sample.stream('legacy/reports');
  const reports = sample.revisions({
    repository: 'legacy/reports',
    tag: 'stable',
    ages: [95 * DAY, 72 * DAY, 51 * DAY, 36 * DAY, 18 * DAY, 7 * DAY, 4 * DAY],
    base: [OS_LAYER],
    bytes: 36_000,
  });
  const spec = (image: string): string => `${REGISTRY_SERVICE}/legacy/reports${image}`;

  // The tag has moved since the pod started, so the pod runs an older revision.
  sample.pod('legacy', 'reports-7c9d8f6b5-qz8wl', {
    hours: 35 * DAY,
    image: spec(':stable'),
    status: {
      containerStatuses: [
        { name: 'main', image: spec(':stable'), imageID: `docker-pullable://${spec(`@${reports[3]}`)}`, ready: true },
      ],
    },
  });
  // A debug container in a running pod.
  sample.pod('legacy', 'reports-debug', {
    hours: 17 * DAY,
    image: spec(':stable'),
    spec: { ephemeralContainers: [{ name: 'debugger', image: spec(`@${reports[4]}`) }] },
  });
  // An image as a volume.
  sample.pod('legacy', 'reports-templates', {
    hours: 49 * DAY,
    image: spec(':stable'),
    spec: {
      volumes: [{ name: 'templates', image: { reference: spec(`@${reports[5]}`), pullPolicy: 'IfNotPresent' } }],
    },
  });
}

/** Adds a use in a custom resource of a kind that is not well-known: only `--referrers all` finds it. */
export function customResource(sample: SampleBuilder): void {
  sample.stream('legacy/thumbnails');
  const versions = sample.revisions({
    repository: 'legacy/thumbnails',
    tag: 'v1',
    ages: [88 * DAY, 64 * DAY, 42 * DAY, 24 * DAY, 8 * DAY],
    base: [OS_LAYER],
    bytes: 30_000,
  });
  const template = { spec: { containers: [{ image: `${REGISTRY_SERVICE}/legacy/thumbnails@${versions[4]}` }] } };
  sample.put('scaledjobs.keda.sh', {
    metadata: { name: 'thumbnails', namespace: 'legacy' },
    spec: { jobTargetRef: { template } },
  });
}

/** Adds a cosign signature, which is kept while its image is kept; `--prune-signatures` deletes it with the image. */
export function signature(sample: SampleBuilder, repository: string, digest: string, hours: number): void {
  const layers = [layer(`signature of ${digest}`, 300)];
  sample.push(repository, `${digest.replace(':', '-')}.sig`, hours, { layers, config: { author: 'cosign' } });
}

/** Adds the invalid image reference of `--fail invalid-reference`, which stops every prune that does not ignore it. */
export function invalidReference(sample: SampleBuilder): void {
  sample.pod('legacy', 'broken', { hours: 3 * DAY, image: `${REGISTRY_SERVICE}/Legacy/Reports:stable` });
}
