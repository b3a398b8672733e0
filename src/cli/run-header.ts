import type { ClusterApi } from '../core/cluster/api.js';
import { Traffic } from '../core/kit/traffic.js';
import type { DocumentEnvelope } from '../core/model/document.js';
import { isStreamed, type StreamedDocument } from '../core/terminal/streamed-document.js';
import type { FlagTable } from './argv.js';
import type { Setting } from './config/resolve.js';
import { effectiveFlags, settingsLine, toOptions } from './effective-flags.js';

type Cluster = Pick<ClusterApi, 'server' | 'identity' | 'impersonatedUser'> & {
  /** Where the kubeconfig comes from, if it is not the user's. Its names say nothing to the user, and are not shown. */
  kubeconfig?: string;
};

type OpenedCluster = Cluster & Pick<ClusterApi, 'traffic'>;

interface CommandLine {
  /** As they were parsed. */
  flags: Record<string, unknown>;
  table: FlagTable;
  /** Normalized, settings included. */
  argv: readonly string[];
  settings: readonly Setting[];
}

/** What a run uses, for the lines at its start and for its documents: the cluster, the user and the settings. */
export class RunHeader {
  private effective: ReturnType<typeof effectiveFlags> | undefined;
  private settings: readonly Setting[] = [];
  private readonly clusters: Cluster[] = [];
  /** Of all connections to clusters. */
  private readonly traffic: Traffic[] = [];
  /** Number of connections in `traffic` that `takeTraffic` has returned. */
  private taken = 0;

  /** @param version of regadm */
  constructor(private readonly version: string) {}

  setCommandLine({ flags, table, argv, settings }: CommandLine): void {
    this.effective = effectiveFlags(flags, table, argv);
    this.settings = settings;
  }

  /**
   * Returns the lines that tell users which cluster a run uses; none if they were returned before.
   * @param kubeconfig where the kubeconfig comes from, if it is not the user's
   */
  opened({ server, identity, impersonatedUser, traffic }: OpenedCluster, kubeconfig?: string): string[] {
    this.count({ traffic });
    const cluster = { server, identity, impersonatedUser, kubeconfig };
    const line = clusterLine(cluster);
    if (this.clusters.some((known) => clusterLine(known) === line)) return [];
    this.clusters.push(cluster);
    return this.clusters.length > 1 ? [line] : [line, settingsLine(this.effective ?? new Map(), this.settings)];
  }

  /** Counts the requests over a connection. */
  count({ traffic }: Pick<ClusterApi, 'traffic'>): void {
    if (traffic) this.traffic.push(traffic);
  }

  /** Returns the requests of the connections that were opened since the last call. */
  takeTraffic(): readonly Traffic[] {
    const open = this.traffic.slice(this.taken);
    this.taken = this.traffic.length;
    return open;
  }

  /** The keys that every document has. */
  get envelope(): DocumentEnvelope {
    const cluster = this.clusters.at(-1);
    const context = cluster && contextOf(cluster);
    return {
      ...(cluster ? { server: cluster.server } : {}),
      ...(context === undefined ? {} : { context }),
      regadmVersion: this.version,
      ...(this.effective ? { options: toOptions(this.effective) } : {}),
      ...(this.traffic.length > 0 ? { requests: Traffic.sum(this.traffic) } : {}),
    };
  }
}

/** Adds what a document states about the run after its kind. Fields that the document has itself stay. */
export function inEnvelope<Document extends object>(
  document: Document | StreamedDocument<Document>,
  envelope: DocumentEnvelope,
): Document | StreamedDocument<Document> {
  if (isStreamed(document)) return { ...document, fields: withEnvelope(document.fields, envelope) };
  return withEnvelope(document, envelope);
}

function withEnvelope<Fields extends object>(fields: Fields, envelope: DocumentEnvelope): Fields {
  const { apiVersion, kind, ...own } = fields as Fields & { apiVersion?: unknown; kind?: unknown };
  return { apiVersion, kind, ...envelope, ...own } as unknown as Fields;
}

function clusterLine(cluster: Cluster): string {
  const { server, kubeconfig } = cluster;
  const user = userOf(cluster);
  if (kubeconfig === undefined) return `server: ${server}, user: ${user}, context: ${contextOf(cluster) ?? 'none'}`;
  return `server: ${server}, kubeconfig: ${kubeconfig}${user === undefined ? '' : `, user: ${user}`}`;
}

function contextOf({ identity, kubeconfig }: Cluster): string | undefined {
  return kubeconfig === undefined ? identity?.context : undefined;
}

/** Says who sends the requests; undefined if only a kubeconfig that is not of the user states it. */
function userOf({ identity, impersonatedUser, kubeconfig }: Cluster): string | undefined {
  const ownName = kubeconfig === undefined ? (identity?.user ?? 'none') : undefined;
  const name = identity?.hasGivenToken ? 'token of --token' : ownName;
  if (impersonatedUser === undefined) return name;
  return `as ${impersonatedUser}${name === undefined ? '' : ` (impersonated by ${name})`}`;
}
