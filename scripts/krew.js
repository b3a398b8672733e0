/**
 * Prints the Krew manifest of a release:
 *
 *   node scripts/krew.js --url https://…/v0.1.0 --dir build
 *
 * `npm run build:binary -- --archive` makes the archives in the directory, one on each platform. The manifest contains
 * their checksums.
 * @see https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';

const { values } = parseArgs({
  options: { url: { type: 'string' }, dir: { type: 'string', default: 'build' }, homepage: { type: 'string' } },
});
const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const archives = readdirSync(values.dir)
  .filter((name) => name.startsWith(`regadm-${version}-`) && name.endsWith('.tar.gz'))
  .sort();
if (!values.url || archives.length === 0) {
  console.error(
    values.url
      ? `no archive regadm-${version}-*.tar.gz in ${values.dir}: npm run build:binary -- --archive`
      : 'pass --url: where the archives can be downloaded',
  );
  process.exit(1);
}

const platforms = archives.map((name) => {
  const [, os, arch] = /-([a-z]+)-([a-z0-9]+)\.tar\.gz$/.exec(name);
  return {
    selector: { matchLabels: { os, arch } },
    uri: `${values.url.replace(/\/$/, '')}/${name}`,
    sha256: createHash('sha256')
      .update(readFileSync(path.join(values.dir, name)))
      .digest('hex'),
    bin: 'kubectl-regadm',
  };
});
const manifest = {
  apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
  kind: 'Plugin',
  metadata: { name: 'regadm' },
  spec: {
    version: `v${version}`,
    homepage: values.homepage ?? values.url,
    shortDescription: 'Prune images and the registry of OpenShift and OKD',
    description: `${description}.\n\nTry it with no cluster: kubectl regadm sandbox`,
    caveats:
      'It needs a cluster with image streams (OpenShift, OKD). A dry run needs the cluster role system:image-pruner.',
    platforms,
  },
};
process.stdout.write(stringify(manifest, { lineWidth: 0 }));
