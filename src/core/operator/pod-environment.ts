/** What sets the environment variables of a container. */
export interface Environment {
  env?: { name: string; value?: string; valueFrom?: object }[];
  envFrom?: object[];
}

/** The value of a variable; neither if it is not set. */
interface Setting {
  value?: string;
  /** Why the value is not known: a clause that can follow a colon. */
  unknown?: string;
}

/**
 * Returns a variable of a container. As in Kubernetes, the last entry of a name counts, and an entry takes precedence
 * over `envFrom`.
 */
export function settingIn(container: Environment | undefined, variable: string): Setting {
  const entry = container?.env?.findLast(({ name }) => name === variable);
  if (entry?.valueFrom) return { unknown: unknownValue(variable, 'comes from another object') };
  // Kubernetes replaces references to other variables.
  if (entry?.value?.includes('$(')) return { unknown: unknownValue(variable, 'refers to another variable') };
  if (entry) return { value: entry.value || undefined };
  const others = container?.envFrom ?? [];
  return others.length > 0 ? { unknown: unknownValue(variable, 'can come from envFrom') } : {};
}

function unknownValue(variable: string, why: string): string {
  return `${variable} of its Deployment ${why}, so nothing shows where it keeps them`;
}
