// Installs the emulator of Azure Blob Storage for tests. It needs 186 MB, so it is not a dependency of the project.
import { spawnSync } from 'node:child_process';

/** The last version for Node.js 20. */
const PACKAGE = 'azurite@3.35.0';
const OPTIONS = ['--prefix', 'build/azurite', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];

const { status } = spawnSync('npm', ['install', ...OPTIONS, PACKAGE], { stdio: 'inherit' });
process.exit(status ?? 1);
