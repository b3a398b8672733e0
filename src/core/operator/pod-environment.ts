/** What sets the environment variables of a container. */
export interface Environment {
  env?: EnvironmentEntry[];
  envFrom?: EnvironmentSource[];
}

/** A variable of a container. */
export interface EnvironmentEntry {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: KeyReference; configMapKeyRef?: KeyReference; [source: string]: unknown };
}

/** A key of a Secret or a ConfigMap. */
export interface KeyReference {
  name?: string;
  key: string;
  optional?: boolean;
}

/** An object that sets a variable for each of its keys. */
export interface EnvironmentSource {
  prefix?: string;
  secretRef?: { name?: string; optional?: boolean };
  configMapRef?: { name?: string; optional?: boolean };
}

/** The value of a variable; neither if it is not set. */
export interface Setting {
  value?: string;
  /** Why the value is not known: a clause that can follow a colon. */
  unknown?: string;
}

/** Returns the entry that sets a variable of a container. As in Kubernetes, the last one of a name counts. */
export function entryIn(container: Environment | undefined, variable: string): EnvironmentEntry | undefined {
  return container?.env?.findLast(({ name }) => name === variable);
}

/** True if a value refers to other variables, which Kubernetes replaces. */
export function refersToOthers({ value }: EnvironmentEntry): boolean {
  return value?.includes('$(') ?? false;
}

/** Returns a variable of a container. As in Kubernetes, an entry takes precedence over `envFrom`. */
export function settingIn(container: Environment | undefined, variable: string): Setting {
  const entry = entryIn(container, variable);
  if (entry?.valueFrom) return { unknown: unknownValue(variable, 'comes from another object') };
  if (entry && refersToOthers(entry)) return { unknown: unknownValue(variable, 'refers to another variable') };
  if (entry) return { value: entry.value || undefined };
  const others = container?.envFrom ?? [];
  return others.length > 0 ? { unknown: unknownValue(variable, 'can come from envFrom') } : {};
}

function unknownValue(variable: string, why: string): string {
  return `${variable} of its Deployment ${why}, so nothing shows where it keeps them`;
}
