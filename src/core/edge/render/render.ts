import { toYaml } from '../../terminal/yaml-document.js';
import type { Storage } from '../model.js';
import { toIgnition } from '../ignition/translate.js';
import { policyOverlay } from './policy.js';
import { registryObjects, type RegistryVolume } from './registry-objects.js';
import { clusterInstance, siteConfig, type Site } from './site.js';

export type RenderForm = 'ignition' | 'siteconfig' | 'clusterinstance' | 'policy';

export interface RenderInput {
  storage: Storage;
  site: Site;
  /** Called only by forms that contain the volume, because it throws if the file mounts several file systems. */
  volume: () => RegistryVolume;
}

/** Renders one form: Ignition as one line of JSON, as `butane` prints it; the others as YAML. */
export function render(form: RenderForm, { storage, volume, site }: RenderInput): string {
  if (form === 'ignition') return `${JSON.stringify(toIgnition(storage))}\n`;
  if (form === 'siteconfig') return toYaml(siteConfig(site, toIgnition(storage)));
  if (form === 'clusterinstance') return toYaml(clusterInstance(site, toIgnition(storage)));
  return toYaml(policyOverlay(site.cluster, volume()));
}

/** Renders every form, by file name. `source-crs` has the complete objects, for sites whose own source files differ. */
export function renderAll(input: RenderInput): Map<string, string> {
  const objects = registryObjects(input.volume()).map(
    ({ fileName, object }) => [`source-crs/${fileName}`, toYaml(object)] as const,
  );
  return new Map([
    ['ignition.json', render('ignition', input)],
    ['siteconfig.yaml', render('siteconfig', input)],
    ['clusterinstance.yaml', render('clusterinstance', input)],
    ['policygentemplate.yaml', render('policy', input)],
    ...objects,
  ]);
}
