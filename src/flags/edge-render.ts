import { Flags, type Interfaces } from '@oclif/core';
import type { FieldProblem, Storage } from '../core/edge/model.js';
import { NAMES } from '../core/edge/render/registry-objects.js';
import { FORM_FILES, type RenderForm } from '../core/edge/render/render.js';
import type { RenderRequest } from '../core/edge/render/render-site.js';
import { SOURCE_LAYOUTS, type SourceLayout } from '../core/edge/render/source-layout.js';
import { labelFromPath, storageFromDisk } from '../core/edge/render/storage-from-disk.js';
import { storageProblems } from '../core/edge/storage-problems.js';
import { withoutSlashAtEnd } from '../core/edge/text-problems.js';
import { usageError, type RegadmError } from '../core/model/errors.js';
import { parseQuantity } from '../core/model/values/quantity.js';

const PARTITION = { helpGroup: 'PARTITION' };
const OBJECTS = { helpGroup: 'OBJECTS' };
const OUTPUT = { helpGroup: 'OUTPUT' };
const FORMS = Object.keys(FORM_FILES);

/** The flags of `regadm edge render`. */
export const edgeRenderFlags = {
  butane: Flags.string({
    helpValue: 'FILE',
    description: 'Butane file whose storage part replaces the partition flags (-: standard input)',
  }),
  device: Flags.string({
    ...PARTITION,
    helpValue: 'PATH',
    exclusive: ['butane'],
    description: 'disk for the partition, preferably in /dev/disk/by-path or /dev/disk/by-id',
  }),
  'start-mib': Flags.integer({
    ...PARTITION,
    helpValue: 'N',
    min: 0,
    exclusive: ['butane'],
    description: 'start of the partition in MiB; 0: start of the largest free block (default: 250000)',
  }),
  'size-mib': Flags.integer({
    ...PARTITION,
    helpValue: 'N',
    min: 0,
    exclusive: ['butane'],
    description: 'size of the partition in MiB; 0: rest of the disk (default: 0)',
  }),
  label: Flags.string({
    ...PARTITION,
    helpValue: 'NAME',
    exclusive: ['butane'],
    description: 'label of the partition (default: derived from the path; /var/lib/containers: var-lib-containers)',
  }),
  filesystem: Flags.string({
    ...PARTITION,
    options: ['xfs', 'ext4', 'btrfs'],
    exclusive: ['butane'],
    description: 'format of the file system (default: xfs)',
  }),
  path: Flags.string({
    ...PARTITION,
    helpValue: 'PATH',
    description: `mount point; with --butane: mount point of the registry's file system (default: ${NAMES.path})`,
  }),
  size: Flags.string({
    ...OBJECTS,
    helpValue: 'QUANTITY',
    default: NAMES.size,
    description: 'size of the volume and of its claim',
  }),
  cluster: Flags.string({
    ...OBJECTS,
    helpValue: 'NAME',
    default: 'example-sno',
    description: 'name of the managed cluster',
  }),
  node: Flags.string({
    ...OBJECTS,
    helpValue: 'HOST',
    default: 'node1.example.com',
    description: 'host name of the node',
  }),
  role: Flags.string({
    ...OBJECTS,
    helpValue: 'NAME',
    default: NAMES.role,
    description: 'role of the nodes with the disk: the name of their machine config pool',
  }),
  'source-layout': Flags.string({
    ...OBJECTS,
    options: [...SOURCE_LAYOUTS],
    default: 'nested',
    description: 'directories of source-crs in policies and files: nested since 4.16, flat before',
  }),
  output: Flags.string({
    ...OUTPUT,
    char: 'o',
    options: FORMS,
    exclusive: ['output-dir'],
    description: 'print this form to stdout',
  }),
  'output-dir': Flags.string({
    ...OUTPUT,
    helpValue: 'DIR',
    description: 'write all forms to files in this directory',
  }),
  overwrite: Flags.boolean({
    ...OUTPUT,
    dependsOn: ['output-dir'],
    description: 'replace files in --output-dir that have other contents',
  }),
};

type EdgeRenderFlags = Interfaces.InferredFlags<typeof edgeRenderFlags>;

/** Converts the flags to a request. @throws RegadmError (USAGE) that names the flag */
export function edgeRenderRequest(flags: EdgeRenderFlags): RenderRequest {
  const target = targetFromFlags(flags);
  if ((parseQuantity(flags.size) ?? 0) <= 0)
    throw usageError(`--size must be a quantity above 0 such as 100Gi, not "${flags.size}"`);
  return {
    source: flags.butane === undefined ? { storage: storageFromFlags(flags) } : { butane: flags.butane },
    path: mountPoint(flags.path),
    size: flags.size,
    site: { cluster: dnsName('cluster', flags.cluster), node: dnsName('node', flags.node) },
    role: poolName(flags.role),
    layout: flags['source-layout'] as SourceLayout,
    target,
  };
}

function targetFromFlags(flags: EdgeRenderFlags): RenderRequest['target'] {
  if (flags.output) return { form: flags.output as RenderForm };
  if (flags['output-dir']) return { directory: flags['output-dir'], overwrite: flags.overwrite };
  throw usageError('specify what to render: -o FORM for one form, or --output-dir DIR for all forms as files', [
    `forms: ${FORMS.join(', ')}`,
  ]);
}

function storageFromFlags(flags: EdgeRenderFlags): Storage {
  if (!flags.device) throw usageError('pass --device PATH, or --butane FILE');
  const path = mountPoint(flags.path) ?? NAMES.path;
  const label = flags.label ?? labelFromPath(path);
  // udev escapes other characters in /dev/disk/by-partlabel, so that the file system would not be found.
  if (!/^[A-Za-z0-9._-]+$/.test(label))
    throw invalidLabel(`must consist of letters, digits, dots, dashes and underscores, not "${label}"`);
  const storage = storageFromDisk({
    device: flags.device,
    startMiB: flags['start-mib'] ?? 250_000,
    sizeMiB: flags['size-mib'] ?? 0,
    path,
    filesystem: flags.filesystem ?? 'xfs',
    label,
  });
  const [problem] = storageProblems(storage);
  if (problem) throw flagError(problem);
  return storage;
}

const FLAG_BY_FIELD: Record<string, string> = {
  device: 'device',
  label: 'label',
  startMiB: 'start-mib',
  sizeMiB: 'size-mib',
  path: 'path',
  format: 'filesystem',
};

function flagError({ path, message }: FieldProblem): RegadmError {
  const flag = FLAG_BY_FIELD[String(path.at(-1))] ?? 'device';
  return flag === 'label' ? invalidLabel(message) : usageError(`--${flag}: ${message}`);
}

function invalidLabel(message: string): RegadmError {
  return usageError(`--label: ${message}`, [
    'without --label, the label is derived from the path; pass --label NAME with up to 36 characters',
  ]);
}

function mountPoint(path: string | undefined): string | undefined {
  return path && withoutSlashAtEnd(path);
}

/** Checks the name of a machine config pool, which is also the value of a label and a part of names. */
function poolName(value: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) return value;
  throw usageError(`--role must be the name of a machine config pool, such as master or worker, not "${value}"`);
}

/** Checks a cluster or host name, which must be a DNS name. */
function dnsName(flag: string, value: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(value)) return value;
  throw usageError(`--${flag} must be a DNS name in lower case, not "${value}"`);
}
