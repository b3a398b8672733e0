import { humanDuration } from '../../model/values/age.js';
import { plural, thousands } from '../../terminal/text.js';
import { RECENT, type Pulled } from '../pulled.js';

/** Describes how many images were pulled recently. @param images number of all images */
export function recentText({ recentImages, file }: Pulled, images: number): string {
  return `${thousands(recentImages)} of ${plural(images, 'image')} pulled within ${RECENT}, as ${file} states it`;
}

/** Formats the age of a pull; a time in the future counts as now. Times are in ms since the epoch. */
export function pullAge(time: number, now: number): string {
  return humanDuration(Math.max(0, now - time));
}
