import { buildSnapshot } from '../../../../src/core/model/table/build-snapshot.js';
import { planImagePrune } from '../../../../src/core/prune/plan/plan.js';
import type { PruneOptions } from '../../../../src/core/graph/options.js';
import { parseDuration } from '../../../../src/core/model/values/duration.js';
import { RegadmError } from '../../../../src/core/model/errors.js';
import { namedCases, randomCases, type PruneImagesCase } from '../../../support/conformance/conformance-cases.js';

function optionsOf(args: string[]): PruneOptions {
  const value = (name: string): string | undefined => {
    const found = args.find((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
    return found?.includes('=') ? found.split('=')[1] : found && 'true';
  };
  return {
    keepTagRevisions: Number(value('keep-tag-revisions') ?? 3),
    keepYoungerThanMs: parseDuration(value('keep-younger-than') ?? '60m')!,
    pruneOverSizeLimit: value('prune-over-size-limit') === 'true',
    all: value('all') !== 'false',
    pruneRegistry: value('prune-registry') !== 'false',
    namespace: value('namespace'),
    referrers: 'oc',
    ignoreInvalidRefs: value('ignore-invalid-refs') === 'true',
    pruneSignatures: false,
  };
}

const decidable = (one: PruneImagesCase): boolean =>
  !one.expect.error || one.expect.error.startsWith('failed to build graph');
const cases = [...namedCases(), ...randomCases()].filter(decidable);

describe('planImagePrune decides as the real oc did', () => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const lists = { ...one.cluster };
    const options = optionsOf(one.args);
    if (options.namespace) {
      for (const key of Object.keys(lists)) {
        if (!['images', 'imagestreams'].includes(key))
          lists[key] = lists[key]!.filter((object) => object.metadata.namespace === options.namespace);
      }
    }
    let plan;
    try {
      plan = planImagePrune({ snapshot: buildSnapshot(lists), now: Date.parse(one.now) }, options);
    } catch (error) {
      expect((error as RegadmError).message).toBe(one.expect.error);
      const found = (error as RegadmError).invalidReferences!.map(
        ({ referrer, field, reference }) =>
          `${referrer.kind.toLowerCase()}/${referrer.name} namespace=${referrer.namespace}:${field ? ` ${field}:` : ''} "${reference}"`,
      );
      const wanted = one.expect.invalidReferences.map((line) =>
        line.replace(/(?:invalid \S+ reference )("(?:[^"]*)").*$/, '$1'),
      );
      expect(found.sort()).toEqual(wanted.sort());
      return;
    }
    expect(one.expect.error).toBeNull();
    const { snapshot } = plan;
    const text = (id: number): string => snapshot.digests.text(id);
    expect(plan.images.map((image) => snapshot.images.nameText(image))).toEqual([...one.expect.images].sort());
    expect(plan.blobs.map(text)).toEqual([...one.expect.blobs].sort());
    const links = (which: 'layerLinks' | 'manifestLinks'): string[] =>
      plan.streams
        .flatMap((planned) =>
          planned[which].map((id) => `${planned.stream.namespace}/${planned.stream.name}@${text(id)}`),
        )
        .sort();
    expect(links('layerLinks')).toEqual([...one.expect.layerLinks].sort());
    expect(links('manifestLinks')).toEqual([...one.expect.manifestLinks].sort());
    const items = Object.fromEntries(
      plan.streams.map(({ stream, items }) => [`${stream.namespace}/${stream.name}`, items.length]),
    );
    const wanted = Object.fromEntries(
      Object.entries(one.expect.imageStreamItems).map(([key, value]) => [
        key,
        typeof value === 'number' ? value : (value as unknown[]).length,
      ]),
    );
    expect(items).toEqual(wanted);
  });
});
