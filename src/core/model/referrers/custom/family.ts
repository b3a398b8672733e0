import type { KubeObject } from '../../kube.js';
import type { Reference, Referrer } from '../../referrer.js';
import { parametersIn, type Parameters } from './placeholders.js';
import { containerReader } from './readers.js';
import { parameterReferences } from './references.js';
import { namespaceOf, walk, withoutDuplicates, type PartReader } from './walk.js';

/** A kind of object that uses images, beyond the workloads that every cluster has. */
export interface CustomKind {
  group: string;
  /** Plural name. */
  resource: string;
  kind: string;
  namespaced: boolean;
  /** Reduces an object to its references. Never throws, whatever the object contains. */
  reduce(object: KubeObject): Referrer;
}

/** Kinds of one API group, whose objects name images in the same ways. */
interface Family {
  group: string;
  /** Kind of the objects by plural name. */
  kinds: Record<string, string>;
  /** Plural names of the kinds without a namespace. */
  ofCluster?: readonly string[];
  /** True if the values of parameters can be images of containers that another object describes. */
  hasImagesInParameters?: boolean;
  /** Returns what reads further fields than those of containers. */
  readers?(parameters: Parameters, object: KubeObject): PartReader[];
}

/** Returns the kinds of a family. */
export function toKinds({
  group,
  kinds,
  ofCluster = [],
  hasImagesInParameters,
  readers = () => [],
}: Family): CustomKind[] {
  return Object.entries(kinds).map(([resource, kind]) => ({
    group,
    resource,
    kind,
    namespaced: !ofCluster.includes(resource),
    reduce(object) {
      const parameters = parametersIn(object);
      return {
        kind,
        namespace: namespaceOf(object),
        name: object.metadata.name,
        references: withoutDuplicates([
          ...walk(object, [containerReader(parameters), ...readers(parameters, object)]),
          ...(hasImagesInParameters ? imagesIn(parameters) : []),
        ]),
      };
    },
  }));
}

function imagesIn(parameters: Parameters): Reference[] {
  return [...parameters].flatMap(([name, values]) =>
    [...values].flatMap((value) => parameterReferences(`parameter ${name}`, value)),
  );
}
