// The packages that are installed with regadm, from the lock file: name, version, licence, folder. Sorted, each version once.
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const nameOf = (folder) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Where this version is installed: where the lock file says, or elsewhere when npm has arranged the folders in another way. */
function installed(name, version, folders) {
  const places = [...folders, `node_modules/${name}`].map((folder) => new URL(`${folder}/`, root));
  return places.find((place) => {
    const file = new URL('package.json', place);
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
  });
}

export function productionPackages() {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
  const found = new Map();
  for (const [folder, { dev, devOptional, version, license, integrity }] of Object.entries(packages)) {
    if (folder === '' || dev || devOptional) continue;
    const name = nameOf(folder);
    const folders = Object.keys(packages).filter((each) => each.endsWith(`node_modules/${name}`));
    const place = installed(name, version, folders);
    found.set(`${name}@${version}`, { name, version, license: license ?? 'not named', integrity, folder: place });
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}
