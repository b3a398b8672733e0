import type { Sandbox, SandboxOptions } from '../types.js';

/** The setup of a hub: that of its own sandbox, and its managed clusters. */
export interface HubOptions extends SandboxOptions {
  /** Number of managed clusters, `sno-01`, `sno-02` and so on (default: 0, the sandbox alone). */
  managedClusters?: number;
  /** Fault rules; `CLUSTER:RULE` is a rule, or a fault, of a managed cluster. See docs/sandbox.md. */
  fail?: string[];
}

/** A managed cluster: a sandbox of its own, whose kubeconfig the hub has in a secret. */
export interface ManagedCluster {
  readonly name: string;
  readonly sandbox: Sandbox;
  /** Its API server as the hub's secret names it: another one than the sandbox's if it is silent or unreachable. */
  readonly apiUrl: string;
  /** The clients that wait for a silent API server. */
  readonly silence?: Silence;
}

/** Clients that wait for a server that never answers. */
export interface Silence {
  readonly waiting: number;
  /** Calls `listener` when a client connects or leaves. */
  onChange(listener: () => void): void;
}

/** A running hub with its managed clusters. */
export interface SandboxHub {
  readonly hub: Sandbox;
  /** The managed clusters by name, in the order of names. */
  readonly clusters: ReadonlyMap<string, ManagedCluster>;
  /** Stops all sandboxes, and removes the temporary directory. */
  stop(): Promise<void>;
}
