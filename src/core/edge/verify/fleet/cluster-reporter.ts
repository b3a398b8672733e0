import { SILENT, type Reporter } from '../../../kit/reporter.js';

/** Reports about one of several clusters: lines begin with its name, and the display of all clusters stays. */
export function clusterReporter(reporter: Reporter, cluster: string): Reporter {
  return {
    ...SILENT,
    // What happens in each cluster was announced for all of them.
    note: (text) => reporter.log(1, `${cluster}: ${text}`),
    warning: (text) => reporter.warning(`${cluster}: ${text}`),
    log: (level, text) => reporter.log(level, `${cluster}: ${text}`),
  };
}

/** Reports warnings only with `-v`: those that every cluster of a fleet can have. */
export function muted(reporter: Reporter): Reporter {
  return { ...reporter, warning: (text) => reporter.log(1, `warning: ${text}`) };
}
