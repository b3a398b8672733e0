import { parse, stringify } from 'yaml';
import { readButane } from '../../../../src/core/edge/butane/read.js';
import { lint } from '../../../../src/core/edge/lint/lint.js';
import { renderAll } from '../../../../src/core/edge/render/render.js';
import { REGISTRY_BUTANE } from '../../../support/edge-builders.js';

const volume = () => ({ path: '/var/imageregistry', size: '100Gi' });
const storage = readButane('storage.bu', REGISTRY_BUTANE);
const files = renderAll({ storage, volume, site: { cluster: 'sno', node: 'n1' } });

interface Unit {
  name: string;
  contents: string;
  enabled?: unknown;
  mask?: unknown;
  dropins?: object[];
}

/** Ignition as the files contain it. */
interface Config {
  storage: { disks: Record<string, unknown>[]; filesystems: Record<string, unknown>[] };
  systemd: { units: Unit[] };
}

/** Changes the configuration in each of its forms. @returns the findings of each form, without their lines */
function foundIn(change: (config: Config) => void): string[][] {
  const config = JSON.parse(files.get('ignition.json')!) as Config;
  change(config);
  const instance = parse(files.get('clusterinstance.yaml')!);
  instance.spec.nodes[0].ignitionConfigOverride = JSON.stringify(config, null, 1);
  const machine = parse(files.get('machineconfig.yaml')!);
  machine.spec.config = config;
  const forms = {
    'i.json': JSON.stringify(config, null, 1),
    'c.yaml': stringify(instance, { lineWidth: 0 }),
    'extra-manifest/m.yaml': stringify(machine, { lineWidth: 0 }),
  };
  return Object.entries(forms).map(([name, text]) =>
    lint([{ name, text }]).map(({ rule, severity, message, line }) => {
      const at = text
        .split('\n')
        [line - 1]!.trim()
        .replace(/^(?:- )?"?|[":].*$/g, '');
      return `${at}: ${severity}: ${rule}: ${message}`;
    }),
  );
}

function replaceIn(unit: Unit, text: string, instead: string): void {
  expect(unit.contents).toContain(text);
  unit.contents = unit.contents.replace(text, instead);
}

test.each<[string, (unit: Unit) => void, string, string]>([
  ['disabled', (unit) => (unit.enabled = false), 'enabled', 'is not enabled'],
  ['not enabled', (unit) => delete unit.enabled, 'name', 'is not enabled'],
  ['masked', (unit) => (unit.mask = true), 'mask', 'is masked'],
  ['without contents', (unit) => (unit.contents = ''), 'name', 'has no contents'],
  ['not installed', (unit) => replaceIn(unit, 'RequiredBy=', 'Before='), 'contents', 'has no [Install] section'],
  ['without [Install]', (unit) => replaceIn(unit, '[Install]', '[X-Install]'), 'contents', 'has no [Install] section'],
  ['mounted elsewhere', (unit) => replaceIn(unit, 'Where=/var/', 'Where=/'), 'contents', 'has Where=/imageregistry'],
  ['without Where', (unit) => replaceIn(unit, 'Where=', '#Where='), 'contents', 'has no Where='],
  ['without What', (unit) => replaceIn(unit, 'What=', 'what='), 'contents', 'has no What='],
  [
    'of another device',
    (unit) => replaceIn(unit, 'label/var-', 'label/'),
    'contents',
    'mounts /dev/disk/by-partlabel/i',
  ],
  [
    'of another label',
    (unit) => replaceIn(unit, 'What=/dev/disk/by-partlabel/var-', 'What=PARTLABEL='),
    'contents',
    'mounts PARTLABEL=imageregistry, but the file system is on /dev/disk/by-partlabel/var-imageregistry',
  ],
  ['of another type', (unit) => replaceIn(unit, 'Type=xfs', 'Type=ext4'), 'contents', 'has Type=ext4'],
])('finds a mount unit that is %s', (_name, change, at, message) => {
  for (const found of foundIn(({ systemd }) => change(systemd.units[0]!))) {
    expect(found).toEqual([expect.stringContaining(`error: mount-unit: var-imageregistry.mount ${message}`)]);
    if (at !== 'name') expect(found[0]).toMatch(new RegExp(`^${at}: `));
  }
});

test.each<[string, (config: Config) => void]>([
  ['spaces and comments', ({ systemd: { units } }) => replaceIn(units[0]!, 'Where=', '; x\n  Where = ')],
  [
    'a slash at the end',
    ({ systemd: { units } }) => replaceIn(units[0]!, 'Where=/var/imageregistry', 'Where=/var/imageregistry/'),
  ],
  ['a continued line', ({ systemd: { units } }) => replaceIn(units[0]!, 'Type=xfs', 'Type=\\\nxfs')],
  ['no type', ({ systemd: { units } }) => replaceIn(units[0]!, 'Type=xfs', '')],
  ['the same label', ({ systemd: { units } }) => replaceIn(units[0]!, '/dev/disk/by-partlabel/', 'PARTLABEL=')],
  ['another kind of device', ({ systemd: { units } }) => replaceIn(units[0]!, '/dev/disk/by-partlabel/', 'UUID=')],
  [
    'a drop-in',
    ({ systemd: { units } }) => {
      replaceIn(units[0]!, 'RequiredBy=', '#');
      units[0]!.dropins = [{ name: 'a.conf', contents: '[Install]\nWantedBy=multi-user.target' }];
    },
  ],
  [
    'an automount unit',
    ({ systemd: { units } }) => {
      delete units[0]!.enabled;
      units.push({
        name: 'var-imageregistry.automount',
        enabled: true,
        contents: '[Automount]\nWhere=/var/imageregistry',
      });
    },
  ],
  [
    'a service that needs it',
    ({ systemd: { units } }) => {
      units[0]!.enabled = false;
      units.push({ name: 'a.service', enabled: true, contents: '[Unit]\nRequiresMountsFor=/var/imageregistry' });
    },
  ],
])('accepts a mount unit with %s', (_name, change) => {
  expect(foundIn(change)).toEqual([[], [], []]);
});

describe('a mount unit of a partition with a GUID, and of a file system with a UUID', () => {
  const GUID = '01234567-89ab-cdef-0123-456789abcdef';
  const UUID = 'fedcba98-7654-3210-fedc-ba9876543210';
  interface Mounting {
    what: string;
    uuid?: string;
    device?: string;
  }
  const mounting = ({ what, uuid, device }: Mounting) =>
    foundIn(({ storage: { disks, filesystems }, systemd: { units } }) => {
      Object.assign((disks[0]!.partitions as object[])[0]!, { guid: GUID });
      Object.assign(filesystems[0]!, { ...(uuid && { uuid }), ...(device && { device }) });
      replaceIn(units[0]!, '/dev/disk/by-partlabel/var-imageregistry', what);
    });

  test.each<Mounting>([
    { what: `PARTUUID=${GUID}` },
    { what: `/dev/disk/by-partuuid/${GUID.toUpperCase()}` },
    { what: `UUID=${UUID.toUpperCase()}`, uuid: UUID },
    { what: `UUID=${UUID}` },
    { what: 'PARTLABEL=var-imageregistry', device: `/dev/disk/by-partuuid/${GUID}` },
  ])('can mount $what', (each) => {
    expect(mounting(each)).toEqual([[], [], []]);
  });

  test.each<Mounting>([
    { what: `PARTUUID=${UUID}` },
    { what: `/dev/disk/by-partuuid/${UUID}` },
    { what: `UUID=${GUID}`, uuid: UUID },
    // The GUID of the partition is not the UUID of the file system.
    { what: `UUID=${GUID}` },
    { what: 'PARTLABEL=other', device: `/dev/disk/by-partuuid/${GUID}` },
  ])('does not mount $what', (each) => {
    const { what, device = '/dev/disk/by-partlabel/var-imageregistry' } = each;
    const message = `mounts ${what}, but the file system is on ${device}`;
    for (const found of mounting(each)) expect(found).toEqual([expect.stringContaining(message)]);
  });
});

describe('other applications', () => {
  const other = (device: string, path: string) => (config: Config) => {
    config.storage.disks.push({ device, partitions: [{ label: 'other', startMiB: 5, sizeMiB: 5 }] });
    config.storage.filesystems.push({ device: '/dev/disk/by-partlabel/wrong', path, format: 'xfs' });
  };

  test.each(['/var/lib/containers', '/data'])('at %s have no findings', (path) => {
    expect(foundIn(other('/dev/disk/by-id/b', path))).toEqual([[], [], []]);
  });

  test('on a disk that can be another one have a warning', () => {
    const found = foundIn(other('/dev/sdb', '/var/lib/containers'));
    for (const each of found) expect(each).toEqual([expect.stringContaining('warning: device-name: /dev/sdb')]);
  });

  test('are judged if the volume is on their mount', () => {
    const text = files.get('ignition.json')!.replaceAll('/var/imageregistry', '/var/lib/containers');
    const pv = `kind: PersistentVolume
metadata: {name: image-registry-pv-filesystem}
spec: {accessModes: [ReadWriteMany], capacity: {storage: 1Gi}, local: {path: /var/lib/containers}}
`;
    const plan = { name: 'i.json', text };
    expect(lint([plan])).toEqual([]);
    expect(lint([plan, { name: 'pv.yaml', text: pv }]).map(({ rule }) => rule)).toEqual(['mount-unit']);
  });
});
