/** What the backup's end of a checkpoint stream knows. */

import { READER_IMAGE_BYTES, READER_OFFSET, READER_VCPU_FLAGS } from "../layout/checkpoint-stream";

@unmanaged
export class StreamReader {
  // The control plane reads these: where a refused stream is wrong, and what the last checkpoint brought.
  offset: u32;
  vcpuFlags: u32;
  imageBytes: u32;
  /** Where the last checkpoint's device state lies, and its epoch, once there is one. */
  image: u32;
  imageEpoch: u32;
  hasCheckpoint: u32;
  /** Number of the stream that is to come next. */
  sequence: u32;
  /** The state of the stream at hand, a delta joined. */
  arrived: u32;
  arrivedBytes: u32;
  // The stream at hand, as far as it has been looked at: its flags, the place of its last record in the order, the least
  // page that may come.
  flags: u32;
  place: u32;
  pageLeast: u32;
}

if (offsetof<StreamReader>("offset") != READER_OFFSET) ERROR("layout: StreamReader.offset has drifted");
if (offsetof<StreamReader>("vcpuFlags") != READER_VCPU_FLAGS) ERROR("layout: StreamReader.vcpuFlags has drifted");
if (offsetof<StreamReader>("imageBytes") != READER_IMAGE_BYTES) ERROR("layout: StreamReader.imageBytes has drifted");
