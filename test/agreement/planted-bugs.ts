/** All planted bugs: at least one for each behaviour of the device, so that what finds them is known to look at it. */
import type { PlantedBug } from "./planted-bug";
import { DEVICE_BUGS } from "./planted-device";
import { IMAGE_BUGS } from "./planted-image";
import { KNOWN_BUGS } from "./planted-known";
import { RECEIVE_BUGS } from "./planted-receive";
import { TRANSMIT_BUGS } from "./planted-transmit";

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...TRANSMIT_BUGS,
  ...RECEIVE_BUGS,
  ...KNOWN_BUGS,
  ...DEVICE_BUGS,
  ...IMAGE_BUGS,
];
