import { parseDigest, type Digest } from '../../model/digest.js';
import { parseQuantity } from '../../model/values/quantity.js';

/** One line of output of the registry's own pruner. */
type PrunerLine =
  | { kind: 'blob'; digest: Digest }
  | { kind: 'manifest-link'; repository: string; digest: Digest }
  | { kind: 'repository'; name: string }
  | { kind: 'summary-blobs'; count: number }
  | { kind: 'summary-bytes'; bytes: number }
  | { kind: 'kept-blob'; digest: Digest }
  | { kind: 'repository-seen' }
  | { kind: 'blobs-begin' }
  | { kind: 'error'; message: string }
  | { kind: 'warning'; message: string }
  | { kind: 'debug' }
  | { kind: 'other'; text: string };

/**
 * Parses one line of `dockerregistry -prune=…`: logrus text (`level=info msg="…"`), logrus JSON, or a line of the plain
 * summary. A line that is not recognized is `other`, never an error.
 */
export function parsePrunerLine(line: string): PrunerLine {
  const { level, message } = unwrap(line);
  if (level === 'error' || level === 'fatal' || level === 'panic') return { kind: 'error', message };
  if (level === 'warning') return { kind: 'warning', message };
  if (level === 'debug') return parseDebug(message);
  return parseMessage(message) ?? { kind: 'other', text: line };
}

/** Parses what it logs with the level debug: what it keeps, and much that only its storage driver does. */
function parseDebug(message: string): PrunerLine {
  if (message.startsWith('Processing repository ')) return { kind: 'repository-seen' };
  if (message === 'Processing blobs') return { kind: 'blobs-begin' };
  const digest = parseDigest(/^Keeping the blob (\S+)(?:\s|$)/.exec(message)?.[1]);
  return digest ? { kind: 'kept-blob', digest } : { kind: 'debug' };
}

function parseMessage(message: string): PrunerLine | undefined {
  const link = /^(?:Would delete|Deleting) manifest link: (\S+)@(\S+)(?:\s|$)/.exec(message);
  const linked = parseDigest(link?.[2]);
  if (linked) return { kind: 'manifest-link', repository: link![1]!, digest: linked };
  const blob = /^Would delete blob: (\S+)(?:\s|$)/.exec(message);
  const data = /^Deleting blob: \S*\/blobs\/(sha256)\/[0-9a-f]{2}\/([0-9a-f]{64})(?:\/data)?(?:\s|$)/.exec(message);
  const digest = parseDigest(data ? `${data[1]}:${data[2]}` : blob?.[1]);
  if (digest) return { kind: 'blob', digest };
  const repository =
    /^Would delete repository: (\S+)/.exec(message) ??
    /^Deleting repo(?:sitory)?: (?:\S*\/repositories\/)?(\S+)/.exec(message);
  if (repository) return { kind: 'repository', name: repository[1]!.replace(/\/$/, '') };
  return parseSummary(message);
}

function parseSummary(message: string): PrunerLine | undefined {
  const count = /^(?:Would delete|Deleted) (\d+) blobs?$/.exec(message);
  if (count) return { kind: 'summary-blobs', count: Number(count[1]) };
  const freed = /^(?:Would free up|Freed up) ([\d.e+]+) ?([KMGTPE]?i?B) of disk space$/.exec(message);
  if (!freed) return undefined;
  return { kind: 'summary-bytes', bytes: Math.round(parseQuantity(freed[1]! + freed[2]!.replace(/B$/, '')) ?? 0) };
}

function unwrap(line: string): { level?: string; message: string } {
  const text = line.trim();
  if (text.startsWith('{')) return unwrapJson(text);
  const level = /(?:^|\s)level=(\w+)/.exec(text)?.[1];
  const quoted = /(?:^|\s)msg=("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  const bare = /(?:^|\s)msg=([^\s"]+)/.exec(text)?.[1];
  const message = (quoted === undefined ? bare : unquote(quoted)) ?? text;
  const detail = level === 'error' ? /(?:^|\s)err(?:or)?=("(?:[^"\\]|\\.)*"|\S+)/.exec(text)?.[1] : undefined;
  return { level, message: detail ? `${message}: ${unquote(detail)}` : message };
}

function unwrapJson(text: string): { level?: string; message: string } {
  try {
    const entry = JSON.parse(text) as { level?: string; msg?: string };
    return { level: entry.level, message: entry.msg ?? text };
  } catch {
    return { message: text };
  }
}

/** Go quotes most log messages as JSON does; returns any other text without its quotes. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
