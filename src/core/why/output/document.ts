import { describeReason, type Reason } from '../../graph/reason.js';
import { describeChanges, onlyStream } from '../text.js';
import type { WhyAnswer, WhyChange, WhyImage, WhyReport } from '../explanation.js';
import { consideredPulls } from '../../model/pulls.js';
import { timestamp } from '../../terminal/text.js';
import type { PruneWhyDocument, WhyAnswerEntry, WhyChangeEntry, WhyImageEntry } from './document-type.js';

/** The PruneWhy document of docs/why.md. */
export function whyDocument({ options, keepYoungerThan, from, answers, warnings }: WhyReport): PruneWhyDocument {
  const { keepTagRevisions, all, referrers, pruneOverSizeLimit, ignoreInvalidRefs, pruneSignatures } = options;
  const { namespace, declaredReferrers } = options;
  return {
    apiVersion: 'regadm/v1',
    kind: 'PruneWhy',
    options: {
      keepTagRevisions,
      keepYoungerThan,
      all,
      referrers,
      pruneOverSizeLimit,
      ignoreInvalidRefs,
      pruneSignatures,
      ...(namespace === undefined ? {} : { namespace }),
      ...(from === undefined ? {} : { from }),
      ...(declaredReferrers ? { referrersFile: declaredReferrers.file } : {}),
      ...(options.policy ? { policyFile: options.policy.file } : {}),
      ...(options.pulls ? { pulls: consideredPulls(options.pulls) } : {}),
    },
    answers: answers.map(answerEntry),
    warnings,
  };
}

function answerEntry(answer: WhyAnswer): WhyAnswerEntry {
  const { argument, kind, namespace, stream, tag, listed, withoutChanges = false, images } = answer;
  return {
    argument,
    kind,
    ...(namespace ? { namespace: namespace.name, imageStreams: namespace.streams } : {}),
    stream,
    tag,
    listed,
    ...(withoutChanges ? { changesSearched: false } : {}),
    images: images.map((image) => imageEntry(image, withoutChanges)),
  };
}

function imageEntry(image: WhyImage, withoutChanges: boolean): WhyImageEntry {
  return {
    name: image.image,
    exists: image.exists,
    created: timestamp(image.created),
    bytes: image.bytes,
    managed: image.managed,
    index: image.index,
    ...lastPulledEntry(image),
    verdict: verdictOf(image),
    ...reasonEntry(image.because),
    places: image.places.map(({ namespace, stream, tag, position, of, created, lastPulled, kept, because }) => ({
      namespace,
      imageStream: stream,
      tag,
      position,
      items: of,
      text: `${stream}:${tag} at position ${position} out of ${of}`,
      created: timestamp(created),
      ...lastPulledEntry({ lastPulled }),
      verdict: kept ? 'keep' : 'remove',
      ...reasonEntry(because),
    })),
    referrers: image.uses,
    ...(withoutChanges
      ? {}
      : {
          [image.goes ? 'wouldStay' : 'wouldGo']: image.would.map((change) =>
            changeEntry(change, onlyStream(image.places)),
          ),
        }),
  };
}

function verdictOf({ goes, exists, because }: WhyImage): WhyImageEntry['verdict'] {
  if (goes) return 'prune';
  return exists || because.rule === 'image-not-saved' ? 'keep' : 'gone';
}

function lastPulledEntry({ lastPulled }: { lastPulled?: number }): { lastPulled?: string } {
  return lastPulled === undefined ? {} : { lastPulled: timestamp(lastPulled)! };
}

function reasonEntry(because: Reason): Pick<WhyImageEntry, 'rule' | 'reason'> {
  return { rule: because.rule, reason: describeReason(because) };
}

function changeEntry({ changes, also }: WhyChange, stream: string): WhyChangeEntry {
  return {
    text: describeChanges(changes, stream),
    changes: changes.map((change) =>
      change.kind === 'wait' ? { kind: 'wait', until: timestamp(change.until) } : change,
    ),
    ...(also ? { alsoImages: also.images, alsoTagItems: also.tagItems } : {}),
  };
}
