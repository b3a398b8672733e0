import type { Fields, KubeObject } from '../../model/kube.js';
import { metadataFields, numberIn, reduceCommon, type PrunableObject } from '../../object-prune/plan/object.js';

/** A build, reduced to what decisions need. */
export interface Build extends PrunableObject {
  kind: 'Build';
  /** The BuildConfig that started it, as `status.config` names it. */
  config?: { namespace: string; name: string };
}

const NUMBER = 'openshift.io/build.number';

/** The fields of a build that `reduceBuild` reads. */
export const BUILD_FIELDS: Fields = {
  metadata: metadataFields(NUMBER),
  status: { phase: 'all', config: { namespace: 'all', name: 'all' } },
};

/** Reduces a build. @throws TypeError if a field has an unexpected type */
export function reduceBuild(object: KubeObject): Build {
  const { phase, config } = (object.status ?? {}) as {
    phase?: string;
    config?: { namespace?: string; name?: string } | null;
  };
  const common = reduceCommon(object);
  return {
    kind: 'Build',
    ...common,
    phase,
    revision: numberIn(object, NUMBER),
    config: config ? { namespace: config.namespace ?? '', name: config.name ?? '' } : undefined,
  };
}
