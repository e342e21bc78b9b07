/**
 * Names and meanings of the registers of a virtual function, in the order of vf-registers.ts. Only the control plane and
 * the documentation read them; the data plane does not import this file, or its strings would lie in its memory.
 */

/** Names of the rows, in their order. */
export const VF_REGISTER_NAMES: string =
  "VTCTRL STATUS VTFRTIMER VFMAILBOX VMBMEM VTPSRTYPE VTEICS VTEIMS VTEIMC VTEIAC VTEIAM VTEICR VTEITR VTIVAR " +
  "VTIVAR_MISC VTPBACL RDBAL RDBAH RDLEN SRRCTL RDH RXCTL RDT RXDCTL RQDPC TDBAL TDBAH TDLEN TDH TXCTL TDT " +
  "TXDCTL TDWBAL TDWBAH VFGPRC VFGPTC VFGORC VFGOTC VFMPRC VFGPRLBC VFGPTLBC VFGORLBC VFGOTLBC";

/** What each register is for, a line each, in the same order; only the control plane reads this. */
export const VF_REGISTER_MEANINGS: string =
  "bit 26 resets the virtual function; reads 0; stands twice\n" +
  "full duplex, link up, speed; mirrored from the port\n" +
  "free-running timer, microseconds; writes are ignored\n" +
  "mailbox control: REQ, ACK, VFU, PFU, PFSTS, PFACK, RSTI, RSTD\n" +
  "mailbox memory, 16 words shared with the physical function\n" +
  "headers that are split off: bits 1 IPv4, 2 with TCP, 3 with UDP, 7 to 9 the same for IPv6\n" +
  "sets causes; bits 2:0 are the vectors\n" +
  "mask: a set bit lets a vector interrupt\n" +
  "clears bits of the mask\n" +
  "causes that are cleared when their message is sent\n" +
  "mask bits that are cleared when their message is sent\n" +
  "pending causes\n" +
  "throttle of a vector: interval in bits 14:2, microseconds; time left in bits 30:21, 8 microseconds; written with bit 31 the running interval goes on\n" +
  "vectors of the queues: bits 1:0 and 7 receive queue 0, 9:8 and 15 transmit queue 0; 16 bits higher those of queue 1\n" +
  "vector of the mailbox: bits 1:0 and 7\n" +
  "clears pending bits of MSI-X\n" +
  "receive ring, address bits 31:7\n" +
  "receive ring, address bits 63:32\n" +
  "receive ring, bytes, a multiple of 128\n" +
  "receive buffers: KiB in bits 6:0, header buffers of 64 B in bits 13:8, descriptor type in bits 27:25\n" +
  "receive head: the next descriptor that hardware fills; 0 after enabling\n" +
  "hints for direct cache access; kept, without effect\n" +
  "receive tail: hardware owns the descriptors before it; ignored while the queue is disabled\n" +
  "bit 25 enables the queue; bits 20:16 write-back threshold; bit 26 writes back what is pending\n" +
  "frames dropped because hardware owned too few descriptors\n" +
  "transmit ring, address bits 31:7\n" +
  "transmit ring, address bits 63:32\n" +
  "transmit ring, bytes, a multiple of 128\n" +
  "transmit head: the next descriptor that hardware fetches; 0 after enabling\n" +
  "hints for direct cache access; kept, without effect\n" +
  "transmit tail: the doorbell; ignored while the queue is disabled\n" +
  "bit 25 enables the queue; bits 20:16 write-back threshold; bit 26 writes back what is pending\n" +
  "head write-back: enable in bit 0, address bits 31:2\n" +
  "head write-back: address bits 63:32\n" +
  "frames received\n" +
  "frames sent\n" +
  "octets received, frame check sequences included\n" +
  "octets sent, frame check sequences included\n" +
  "multicast and broadcast frames received\n" +
  "frames received that were looped back\n" +
  "frames sent that were looped back\n" +
  "octets received that were looped back\n" +
  "octets sent that were looped back";
