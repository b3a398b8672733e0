import { toYaml } from '../../terminal/yaml-document.js';
import { toIgnition } from '../ignition/translate.js';
import type { Storage } from '../model.js';
import { machineConfig } from './machine-config.js';
import { policyOverlay } from './policy.js';
import { policyGenerator } from './policy-generator.js';
import { NAMES, registryObjects, type RegistryVolume } from './registry-objects.js';
import { clusterInstance, siteConfig, type Site } from './site.js';
import { SOURCE_DIRECTORY, sourcePath, type SourceLayout } from './source-layout.js';

export interface RenderInput {
  storage: Storage;
  site: Site;
  /** Called only by forms that contain the volume, because it throws if the file mounts several file systems. */
  volume: () => RegistryVolume;
  /** Paths of source files (default: nested). */
  layout?: SourceLayout;
}

/** The forms and their files in a directory, in the order in which they are written. */
export const FORM_FILES = {
  ignition: 'ignition.json',
  siteconfig: 'siteconfig.yaml',
  clusterinstance: 'clusterinstance.yaml',
  machineconfig: 'machineconfig.yaml',
  policygenerator: 'policygenerator.yaml',
  policy: 'policygentemplate.yaml',
} as const;

export type RenderForm = keyof typeof FORM_FILES;

/** Renders one form: Ignition as one line of JSON, as `butane` prints it; the others as YAML. */
export function render(form: RenderForm, input: RenderInput): string {
  return form === 'ignition' ? `${JSON.stringify(toIgnition(input.storage))}\n` : toYaml(documentOf(form, input));
}

function documentOf(form: Exclude<RenderForm, 'ignition'>, input: RenderInput): object {
  const { storage, site, volume, layout = 'nested' } = input;
  if (form === 'siteconfig') return siteConfig(site, toIgnition(storage));
  if (form === 'clusterinstance') return clusterInstance(site, toIgnition(storage));
  if (form === 'policygenerator') return policyGenerator(site.cluster, volume(), layout);
  if (form === 'policy') return policyOverlay(site.cluster, volume(), layout);
  const { path, role = NAMES.role } = volume();
  return machineConfig(toIgnition(storage), path, role);
}

/** Renders every form, by file name. `source-crs` has the complete objects, for sites whose own source files differ. */
export function renderAll(input: RenderInput): Map<string, string> {
  const { volume, layout = 'nested' } = input;
  const forms = Object.entries(FORM_FILES) as [RenderForm, string][];
  return new Map([
    ...forms.map(([form, file]) => [file, render(form, input)] as const),
    ...registryObjects(volume()).map(
      (each) => [`${SOURCE_DIRECTORY}/${sourcePath(each, layout)}`, toYaml(each.object)] as const,
    ),
  ]);
}
