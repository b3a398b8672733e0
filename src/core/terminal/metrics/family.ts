/** One value of a metric, with the labels that distinguish it from the metric's other values. */
export interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/**
 * A metric with its values. All metrics are gauges, because each run states its own amounts. The help of a name is the
 * same in every file, because collectors refuse a name with two.
 */
export interface Family {
  /** With its base unit at the end: `regadm_duration_seconds`. */
  name: string;
  help: string;
  samples: Sample[];
}

/** Returns a metric with one value. */
export function gauge(name: string, help: string, value: number): Family {
  return { name, help, samples: [{ value }] };
}
