/**
 * Writes build/regadm.cdx.json: a software bill of materials (CycloneDX 1.5) of the packages that are installed with
 * regadm, from the lock file. `npm sbom --omit=dev` omits packages that a development dependency needs as well, such as
 * oclif itself.
 * @see https://cyclonedx.org/docs/1.5/json/
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { productionPackages } from './production-packages.js';

const { name, version, license } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const licenses = (license) => [
  / /.test(license) ? { expression: license.replace(/^\((.*)\)$/, '$1') } : { license: { id: license } },
];
const hashes = (integrity) =>
  /^sha512-/.test(integrity ?? '')
    ? [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }]
    : [];

const components = productionPackages().map((each) => ({
  type: 'library',
  'bom-ref': purl(each.name, each.version),
  name: each.name,
  version: each.version,
  licenses: licenses(each.license),
  purl: purl(each.name, each.version),
  hashes: hashes(each.integrity),
}));
const subject = {
  type: 'application',
  'bom-ref': purl(name, version),
  name,
  version,
  licenses: licenses(license),
  purl: purl(name, version),
};
const sbom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: subject },
  components,
};
const directory = new URL('../build/', import.meta.url);
mkdirSync(directory, { recursive: true });
writeFileSync(new URL('regadm.cdx.json', directory), `${JSON.stringify(sbom, null, 2)}\n`);
console.log(`build/regadm.cdx.json: ${components.length} packages`);
