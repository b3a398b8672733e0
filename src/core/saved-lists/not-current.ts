/** Describes what is not known if something is done from files. @param done "planned" */
export function notCurrentWarning(done: string): string {
  return `${done} from files: uses that have appeared since the files were saved, and what only manifests in the registry attach to an image, are not known`;
}
