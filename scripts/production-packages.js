// The packages that are installed with regadm, from the lock file: name, version, licence, folder. Sorted, each version once.
import { readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);

export function productionPackages() {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
  const found = new Map();
  for (const [folder, { dev, devOptional, version, license, integrity }] of Object.entries(packages)) {
    if (folder === '' || dev || devOptional) continue;
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(`${name}@${version}`, {
      name,
      version,
      license: license ?? 'not named',
      integrity,
      folder: new URL(`${folder}/`, root),
    });
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}
