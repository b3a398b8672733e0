/**
 * Writes THIRD_PARTY_LICENSES: the license of every package that is installed with regadm or is part of its bundle.
 * `--check` compares instead, and fails when the file is not current. Both fail when a license is not in ALLOWED.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { productionPackages } from './production-packages.js';

const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Unlicense',
  'CC0-1.0',
  '(MIT OR CC0-1.0)',
]);
const target = new URL('../THIRD_PARTY_LICENSES', import.meta.url);

function licenseText({ directory }) {
  if (!directory) return '(not installed on this platform)';
  const file = readdirSync(directory)
    .sort()
    .find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file
    ? readFileSync(new URL(file, directory), 'utf8').replaceAll('\r\n', '\n').trim()
    : '(the package has no license file)';
}

const packages = productionPackages();
const rejected = packages.filter(({ license }) => !ALLOWED.has(license));
const rule = '='.repeat(100);
const sections = packages.map(
  (each) => `${rule}\n${each.name} ${each.version}: ${each.license}\n${rule}\n\n${licenseText(each)}\n`,
);
const intro = `regadm contains, or is installed with, the following ${packages.length} packages. scripts/licenses.js lists them.\n\n`;
const list = packages.map(({ name, version, license }) => `${name} ${version} (${license})\n`).join('');
const text = `${intro}${list}\n${sections.join('\n')}`;

if (rejected.length > 0) {
  console.error(
    `licenses that are not allowed: ${rejected.map(({ name, license }) => `${name}: ${license}`).join(', ')}`,
  );
  process.exitCode = 1;
} else if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  console.error('THIRD_PARTY_LICENSES is not current: npm run licenses');
  process.exitCode = 1;
}
