import fc from 'fast-check';
import { stringify } from 'yaml';
import { readButane } from '../../src/core/edge/butane/read.js';
import { lint } from '../../src/core/edge/lint/lint.js';
import { registryPath } from '../../src/core/edge/render/registry-filesystem.js';
import { FORM_FILES, render, renderAll, type RenderForm, type RenderInput } from '../../src/core/edge/render/render.js';
import { SOURCE_LAYOUTS } from '../../src/core/edge/render/source-layout.js';
import { edgeRenderRequest } from '../../src/flags/edge-render.js';

/** Number of generated sites per property. PROPERTY_RUNS=20000 searches longer. */
const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 40) };
const FORMS = Object.keys(FORM_FILES) as RenderForm[];

const word = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,9}$/);
const label = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const device = fc
  .tuple(fc.constantFrom('path', 'id'), fc.stringMatching(/^[a-z0-9][a-zA-Z0-9:._-]{0,20}$/))
  .map(([by, name]) => `/dev/disk/by-${by}/${name}`);
const mountPoint = fc
  .array(
    word.filter((each) => !/^\.+$/.test(each)),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => `/${parts.join('/')}`);
const slash = fc.constantFrom('', '/');
const dnsName = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?$/);
const start = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3_000_000 }));
const partitionSize = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9_000_000 }));

/** A size that fits into a partition with this number of MiB; 0 is the rest of the disk. */
function quantity(sizeMiB: number): fc.Arbitrary<string> {
  const mebibytes = fc.integer({ min: 1, max: sizeMiB || 5_000_000 });
  const forms: ((mib: number) => string)[] = [
    (mib) => `${mib}Mi`,
    (mib) => `${mib}M`,
    (mib) => `${mib}000k`,
    (mib) => `${mib}e6`,
    (mib) => String(mib * 2 ** 20),
    (mib) => `${mib / 4}Mi`,
  ];
  return fc.tuple(mebibytes, fc.constantFrom(...forms)).map(([mib, form]) => form(mib));
}

const place = fc.record({
  cluster: dnsName,
  node: dnsName,
  role: fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
  'source-layout': fc.constantFrom(...SOURCE_LAYOUTS),
});

/** What is rendered, and the Butane file that it comes from. */
interface Sample extends RenderInput {
  butane?: string;
}

/** A site as the flags describe it. */
const fromFlags: fc.Arbitrary<Sample> = partitionSize.chain((sizeMiB) =>
  fc
    .record({
      device,
      label,
      filesystem: fc.constantFrom('xfs', 'ext4', 'btrfs'),
      path: fc.tuple(mountPoint, slash).map((parts) => parts.join('')),
      'start-mib': start,
      'size-mib': fc.constant(sizeMiB),
      size: quantity(sizeMiB),
      place,
    })
    .map(({ place: names, ...disk }) => {
      const flags = { output: 'policy', overwrite: false, ...disk, ...names };
      const request = edgeRenderRequest(flags as unknown as Parameters<typeof edgeRenderRequest>[0]);
      const { source, path, size, role, site, layout } = request;
      const storage = 'storage' in source ? source.storage : readButane('none', '');
      return { storage, site, layout, volume: () => ({ path: registryPath(storage, path), size, role }) };
    }),
);

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const filesystem = fc.record({
  format: fc.constantFrom('xfs', 'ext4', 'btrfs', 'vfat'),
  wipe_filesystem: optional(fc.boolean()),
  label: optional(fc.stringMatching(/^[A-Z]{1,11}$/)),
  uuid: optional(fc.uuid()),
  options: fc.array(fc.stringMatching(/^-[a-z]=?[a-z0-9]{0,5}$/), { maxLength: 2 }),
  mount_options: fc.array(fc.stringMatching(/^[a-z]{1,8}(=[0-9a-z]{1,4})?$/), { maxLength: 3 }),
});
const partition = fc.record({
  size_mib: partitionSize,
  resize: optional(fc.boolean()),
  type_guid: optional(fc.uuid()),
  guid: optional(fc.uuid()),
  wipe_partition_entry: optional(fc.boolean()),
  filesystem: optional(filesystem),
});

/** Parts of a Butane file: partitions by disk, and a name for everything that must be unique. */
const butaneParts = fc.record({
  disks: fc.uniqueArray(device, { minLength: 1, maxLength: 3 }),
  partitions: fc.array(fc.tuple(fc.nat(2), partition), { minLength: 1, maxLength: 5 }),
  labels: fc.uniqueArray(label, { minLength: 6, maxLength: 6 }),
  paths: fc.uniqueArray(mountPoint, { minLength: 6, maxLength: 6 }),
  wipe_table: optional(fc.boolean()),
  first: start,
});

/** A site as a Butane file describes it, with several disks and file systems. */
const fromButane: fc.Arbitrary<Sample> = fc
  .tuple(butaneParts, filesystem, place)
  .chain(([{ disks, partitions, labels, paths, wipe_table, first }, registry, names]) => {
    // The first partition is the registry's.
    const parts = partitions.map(([disk, each], index) => ({
      ...each,
      disk: disk % disks.length,
      filesystem: index === 0 ? { ...registry, ...each.filesystem } : each.filesystem,
    }));
    const storage = {
      disks: disks.map((name, disk) => ({
        device: name,
        wipe_table,
        partitions: parts.flatMap(({ disk: own, filesystem: _filesystem, ...part }, index) =>
          // Partitions without a start never overlap.
          own === disk ? [{ ...part, label: labels[index], start_mib: index === 0 ? first : undefined }] : [],
        ),
      })),
      filesystems: parts.flatMap(({ filesystem: own }, index) =>
        own
          ? [
              {
                ...own,
                device: `/dev/disk/by-partlabel/${labels[index]}`,
                path: paths[index],
                with_mount_unit: true,
              },
            ]
          : [],
      ),
    };
    const text = stringify({ variant: 'fcos', version: '1.3.0', storage });
    return quantity(parts[0]!.size_mib).map((size): Sample => {
      const read = readButane('storage.bu', text);
      const { cluster, node, role, 'source-layout': layout } = names;
      const volume = () => ({ path: registryPath(read, paths[0]), size, role });
      return { storage: read, site: { cluster, node }, layout, volume, butane: text };
    });
  });

function butaneOf({ butane }: Sample): [string, string][] {
  return butane === undefined ? [] : [['storage.bu', butane]];
}

/** Lints files in a directory. @returns the errors; warnings are allowed */
function errors(files: Iterable<readonly [string, string]>, directory: string): string[] {
  return lint([...files].map(([name, text]) => ({ name: `${directory}${name}`, text })))
    .filter(({ severity }) => severity === 'error')
    .map(({ file, line, rule, message }) => `${file}:${line}: ${rule}: ${message}`);
}

const directories = fc.constantFrom('', 'site/', './site/', '../sites/a/', '/srv/sites/sno-1/');
const subset = fc.uniqueArray(fc.constantFrom(...FORMS), { minLength: 1, maxLength: 3 });

describe.each([
  ['the flags', fromFlags],
  ['a Butane file', fromButane],
])('edge lint finds no errors in what edge render makes from %s', (_name, input) => {
  test('in some of the forms', () => {
    fc.assert(
      fc.property(input, subset, directories, (site, forms, directory) => {
        const files = forms.map((form) => [FORM_FILES[form], render(form, site)] as const);
        expect(errors([...files, ...butaneOf(site)], directory)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('in a part of the directory', () => {
    fc.assert(
      fc.property(input, fc.nat(2 ** 10 - 1), directories, (site, bits, directory) => {
        const files = [...renderAll(site)].filter((_file, index) => bits & (1 << index));
        expect(errors(files, directory)).toEqual([]);
      }),
      RUNS,
    );
  });
});

test.each(SOURCE_LAYOUTS)('edge lint finds no errors in any combination of the rendered files (%s)', (layout) => {
  const [site] = fc.sample(fromFlags, { numRuns: 1, seed: 1 });
  const all = [...renderAll({ ...site!, layout })];
  const failed = Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_file, index) => bits & (1 << index)))
    .map((files) => ({ names: files.map(([name]) => name), errors: errors(files, 'site/') }))
    .filter((each) => each.errors.length > 0);
  expect(failed).toEqual([]);
});
