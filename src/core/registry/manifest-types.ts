import { OCI_ARTIFACT } from '../model/image.js';

/** Media types that a manifest is requested in; the registry decides which of them it serves. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  OCI_ARTIFACT,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');
