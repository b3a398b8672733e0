export { runCli as regadm, type CliResult as Outcome } from './cli.js';
