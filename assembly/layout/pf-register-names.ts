/**
 * Names and meanings of the registers of the physical function, in the order of pf-registers.ts. Only the control plane and
 * the documentation read them; the data plane does not import this file, or its strings would lie in its memory.
 */

/** Names of the rows, in their order. */
export const PF_REGISTER_NAMES: string =
  "CTRL STATUS CTRL_EXT SWSM FWSM SW_FW_SYNC ICR ICS IMS IMC IAM GPIE EICS EIMS EIMC EIAC EIAM EICR EITR IVAR " +
  "IVAR_MISC P2VMAILBOX MBVFICR MBVFIMR VFLRE VFRE VFTE RCTL TCTL RXCSUM RLPML RFCTL MRQC VT_CTL DTXSWC LVMMC " +
  "WVBR RPLOLR VMOLR VMVIR VLVF RAL RAH RAL2 RAH2 MTA UTA VFTA RETA RSSRK MPC GPRC BPRC MPRC GPTC GORCL GORCH " +
  "GOTCL GOTCH ROC";

/** What each register is for, a line each, in the same order; only the control plane reads this. */
export const PF_REGISTER_MEANINGS: string =
  "bit 26 resets the port and its virtual functions, and reads 0\n" +
  "full duplex, link up, speed; bits 17:14 number of virtual functions, bit 18 SR-IOV is on\n" +
  "bit 14 tells the virtual functions that the port is ready\n" +
  "semaphore between software and firmware; kept, without effect\n" +
  "firmware's semaphore: no firmware\n" +
  "shared resources; kept, without effect\n" +
  "causes; bit 8 is the mailbox and resets of virtual functions\n" +
  "sets causes\n" +
  "mask\n" +
  "clears bits of the mask\n" +
  "kept, without effect\n" +
  "interrupt mode; kept, without effect\n" +
  "sets extended causes\n" +
  "mask of extended causes\n" +
  "clears bits of that mask\n" +
  "automatic clear; kept, without effect\n" +
  "automatic mask; kept, without effect\n" +
  "extended causes\n" +
  "throttles of the physical function's own vectors; those of a virtual function's are its VTEITR\n" +
  "vectors of the queues; kept, without effect\n" +
  "vectors of other causes; kept, without effect\n" +
  "mailbox control: STS, ACK, VFU, PFU, RVFU\n" +
  "bits 7:0 requests, 23:16 acknowledgements, a bit for each virtual function\n" +
  "whose requests interrupt\n" +
  "which virtual functions were reset\n" +
  "pools that may receive\n" +
  "pools that may transmit\n" +
  "bit 1 receive enable, 3 and 4 unicast and multicast promiscuous, 5 long frames, 18 VLAN filter\n" +
  "bit 1 transmit enable\n" +
  "bit 8 IPv4 checksums, 9 TCP and UDP checksums, 13 the RSS hash takes the place of the fragment checksum\n" +
  "longest frame with long frames on\n" +
  "kept, without effect\n" +
  "bits 2:0: 3 VMDq, 5 VMDq with RSS; bits 24:16 what RSS hashes\n" +
  "bits 9:7 default pool, 29 no default pool, 30 replication\n" +
  "by pool: bits 7:0 address anti-spoofing, 15:8 VLAN anti-spoofing, 23:16 own frames come back; bit 31 loopback\n" +
  "last misbehaviour: pool, queue in bit 3, DMA fault in bit 4, of a receive queue in bit 5\n" +
  "pools whose frames were dropped: bits 7:0 by address, 15:8 by VLAN\n" +
  "stripping for frames with a group address: bit 30 the VLAN tag, bit 31 the check sequence\n" +
  "by pool: bits 13:0 longest frame, 16 long frames, 17 RSS, 24 untagged, 25 multicast by hash, 26 unicast by hash, 27 broadcast, 28 all multicast, 30 and 31 stripping\n" +
  "by pool: bits 15:0 VLAN tag, 30 always insert, 31 never insert\n" +
  "bits 11:0 VLAN, 19:12 pools, 31 enable\n" +
  "receive addresses, first four bytes\n" +
  "receive addresses, last two bytes; bits 25:18 pools, 31 valid\n" +
  "receive addresses 16 to 23\n" +
  "receive addresses 16 to 23\n" +
  "hash table of multicast addresses\n" +
  "hash table of unicast addresses\n" +
  "VLANs that are let in, a bit each\n" +
  "RSS: 128 entries of a byte, bit 0 is the queue\n" +
  "RSS: the key\n" +
  "frames from the wire that no pool took\n" +
  "frames received\n" +
  "broadcast frames received\n" +
  "multicast frames received\n" +
  "frames sent\n" +
  "octets received, low half\n" +
  "octets received, high half: a read clears both halves\n" +
  "octets sent, low half\n" +
  "octets sent, high half: a read clears both halves\n" +
  "frames that were too long";
