export { runCli as regadm, type CliOptions as RunOptions, type CliResult as Outcome } from './cli.js';
