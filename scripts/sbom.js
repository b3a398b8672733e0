// Writes build/regadm.cdx.json: a software bill of materials (CycloneDX) of what is installed with regadm, from the lock file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev', '--package-lock-only'];
const sbom = JSON.parse(execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 }));
mkdirSync(`${root}build`, { recursive: true });
writeFileSync(`${root}build/regadm.cdx.json`, `${JSON.stringify(sbom, null, 2)}\n`);
console.log(`build/regadm.cdx.json: ${sbom.components.length} packages`);
