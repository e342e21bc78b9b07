/** A bug that is planted into the device's source. */

export interface Planting {
  /** The behaviour that is wrong. */
  readonly name: string;
  /** Below assembly/. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly text: string;
  readonly replacement: string;
}

/** One that the programs or resumes of the agreement are to find. */
export interface PlantedBug extends Planting {
  /** What finds it: the reference model, or a device that is moved. */
  readonly foundBy: "programs" | "resumes";
}

/** A bug that the reference model finds. */
export function bug(file: string, name: string, text: string, replacement: string): PlantedBug {
  return { name, file, text, replacement, foundBy: "programs" };
}

/** A bug that shows when a device is moved. */
export function imageBug(file: string, name: string, text: string, replacement: string): PlantedBug {
  return { name, file, text, replacement, foundBy: "resumes" };
}
