import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const nameOf = (directory) => directory.slice(directory.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Finds where a version is installed. npm can arrange directories differently from the lock file. */
function installed(name, version, directories) {
  const places = [...directories, `node_modules/${name}`].map((directory) => new URL(`${directory}/`, root));
  return places.find((place) => {
    const file = new URL('package.json', place);
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version;
  });
}

/** Lists the packages that are installed with regadm, from the lock file: each version once, sorted by name. */
export function productionPackages() {
  const { packages } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
  const found = new Map();
  for (const [directory, { dev, devOptional, version, license, integrity }] of Object.entries(packages)) {
    if (directory === '' || dev || devOptional) continue;
    const name = nameOf(directory);
    const directories = Object.keys(packages).filter((each) => each.endsWith(`node_modules/${name}`));
    const place = installed(name, version, directories);
    found.set(`${name}@${version}`, { name, version, license: license ?? 'not named', integrity, directory: place });
  }
  return [...found.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}
