/**
 * Writes THIRD_PARTY_LICENSES: the licence of every package that is installed with regadm or is part of its bundle. `--check` compares
 * instead, and fails when it is not current or when a licence is not one of those that were agreed to.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { productionPackages } from './production-packages.js';

const AGREED = new Set([
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

function textOf({ folder }) {
  if (!folder) return '(not installed on this platform)';
  const file = readdirSync(folder)
    .sort()
    .find((name) => /^(licen[cs]e|copying)/i.test(name));
  return file
    ? readFileSync(new URL(file, folder), 'utf8').replaceAll('\r\n', '\n').trim()
    : '(the package holds no text of its licence)';
}

const packages = productionPackages();
const strange = packages.filter(({ license }) => !AGREED.has(license));
const rule = '='.repeat(100);
const sections = packages.map(
  (one) => `${rule}\n${one.name} ${one.version}: ${one.license}\n${rule}\n\n${textOf(one)}\n`,
);
const intro = `regadm contains, or is installed with, the following ${packages.length} packages. Made by scripts/licenses.js.\n\n`;
const list = packages.map(({ name, version, license }) => `${name} ${version} (${license})\n`).join('');
const text = `${intro}${list}\n${sections.join('\n')}`;

if (strange.length > 0) {
  console.error(
    `licences that nobody agreed to: ${strange.map(({ name, license }) => `${name}: ${license}`).join(', ')}`,
  );
  process.exitCode = 1;
} else if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (!existsSync(target) || readFileSync(target, 'utf8') !== text) {
  console.error('THIRD_PARTY_LICENSES is not current: npm run licenses');
  process.exitCode = 1;
}
