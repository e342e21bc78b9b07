/**
 * The registers of the physical function's BAR0 that the model has; register-table.ts says what the columns mean. What
 * it sees of its virtual functions' registers is in their table (vf-registers.ts).
 *
 * Source: 82576 datasheet section 8, as the Linux igb driver uses them. Left out: the PHY and the EEPROM behind MDIC and
 * EERD, flow control, the filters for flexible and time-stamped packets.
 */
import {
  PF_BPRC,
  PF_CTRL,
  PF_CTRL_EXT,
  PF_DTXSWC,
  PF_EIAC,
  PF_EIAM,
  PF_EICR,
  PF_EIMS,
  PF_EITR,
  PF_FWSM,
  PF_GORC,
  PF_GOTC,
  PF_GPIE,
  PF_GPRC,
  PF_GPTC,
  PF_IAM,
  PF_ICR,
  PF_IMS,
  PF_IVAR,
  PF_IVAR_MISC,
  PF_LVMMC,
  PF_MBVFICR,
  PF_MBVFIMR,
  PF_MPC,
  PF_MPRC,
  PF_MRQC,
  PF_MTA,
  PF_RA,
  PF_RCTL,
  PF_RETA,
  PF_RFCTL,
  PF_RLPML,
  PF_ROC,
  PF_RPLOLR,
  PF_RSSRK,
  PF_RXCSUM,
  PF_SW_FW_SYNC,
  PF_SWSM,
  PF_TCTL,
  PF_UTA,
  PF_VFLRE,
  PF_VFRE,
  PF_VFTA,
  PF_VFTE,
  PF_VLVF,
  PF_VMOLR,
  PF_VMVIR,
  PF_VT_CTL,
  PF_WVBR,
} from "./physical-function";
import {
  CLEARS_LOW,
  COMPUTED,
  CONFIGURES,
  INTERRUPTS_PF,
  MAILS_VF,
  NOTHING,
  NOWHERE,
  READ_CLEARS,
  READ_ONLY,
  READ_WRITE,
  READ_WRITE_1_CLEARS,
  READIES,
  RESETS_PORT,
  TELLS_STATUS,
  UNSEEN,
  WRITE_1_CLEARS,
  WRITE_1_SETS,
  WRITE_ONLY,
} from "./register-table";

export const PF_CTRL_AT: u32 = 0x0000;
export const PF_STATUS_AT: u32 = 0x0008;
export const PF_CTRL_EXT_AT: u32 = 0x0018;
export const PF_SWSM_AT: u32 = 0x5b50;
export const PF_FWSM_AT: u32 = 0x5b54;
export const PF_SW_FW_SYNC_AT: u32 = 0x5b5c;
export const PF_ICR_AT: u32 = 0x00c0;
export const PF_ICS_AT: u32 = 0x00c8;
export const PF_IMS_AT: u32 = 0x00d0;
export const PF_IMC_AT: u32 = 0x00d8;
export const PF_IAM_AT: u32 = 0x00e0;
export const PF_GPIE_AT: u32 = 0x1514;
export const PF_EICS_AT: u32 = 0x1520;
export const PF_EIMS_AT: u32 = 0x1524;
export const PF_EIMC_AT: u32 = 0x1528;
export const PF_EIAC_AT: u32 = 0x152c;
export const PF_EIAM_AT: u32 = 0x1530;
export const PF_EICR_AT: u32 = 0x1580;
export const PF_EITR_AT: u32 = 0x1680;
export const PF_IVAR_AT: u32 = 0x1700;
export const PF_IVAR_MISC_AT: u32 = 0x1740;
export const PF_P2VMAILBOX_AT: u32 = 0x0c00;
export const PF_MBVFICR_AT: u32 = 0x0c80;
export const PF_MBVFIMR_AT: u32 = 0x0c84;
export const PF_VFLRE_AT: u32 = 0x0c88;
export const PF_VFRE_AT: u32 = 0x0c8c;
export const PF_VFTE_AT: u32 = 0x0c90;
export const PF_RCTL_AT: u32 = 0x0100;
export const PF_TCTL_AT: u32 = 0x0400;
export const PF_RXCSUM_AT: u32 = 0x5000;
export const PF_RLPML_AT: u32 = 0x5004;
export const PF_RFCTL_AT: u32 = 0x5008;
export const PF_MRQC_AT: u32 = 0x5818;
export const PF_VT_CTL_AT: u32 = 0x581c;
export const PF_DTXSWC_AT: u32 = 0x3500;
export const PF_LVMMC_AT: u32 = 0x3548;
export const PF_WVBR_AT: u32 = 0x3554;
export const PF_RPLOLR_AT: u32 = 0x5af0;
export const PF_VMOLR_AT: u32 = 0x5ad0;
export const PF_VMVIR_AT: u32 = 0x3700;
export const PF_VLVF_AT: u32 = 0x5d00;
export const PF_RAL_AT: u32 = 0x5400;
export const PF_RAH_AT: u32 = 0x5404;
export const PF_RAL2_AT: u32 = 0x54e0;
export const PF_RAH2_AT: u32 = 0x54e4;
export const PF_MTA_AT: u32 = 0x5200;
export const PF_UTA_AT: u32 = 0xa000;
export const PF_VFTA_AT: u32 = 0x5600;
export const PF_RETA_AT: u32 = 0x5c00;
export const PF_RSSRK_AT: u32 = 0x5c80;
export const PF_MPC_AT: u32 = 0x4010;
export const PF_GPRC_AT: u32 = 0x4074;
export const PF_BPRC_AT: u32 = 0x4078;
export const PF_MPRC_AT: u32 = 0x407c;
export const PF_GPTC_AT: u32 = 0x4080;
export const PF_GORCL_AT: u32 = 0x4088;
export const PF_GORCH_AT: u32 = 0x408c;
export const PF_GOTCL_AT: u32 = 0x4090;
export const PF_GOTCH_AT: u32 = 0x4094;
export const PF_ROC_AT: u32 = 0x40ac;

/** Statistics lie in this part of BAR0; a reset of the port leaves them. */
export const PF_STATISTICS_AT: u32 = 0x4000;
export const PF_STATISTICS_BYTES: u32 = 0x200;

/** Bytes of the physical function's BAR0. */
export const PF_BAR0_BYTES: u32 = 131072;

export const PF_REGISTERS: i32[] = [
  // name: offset, count, stride, place, its stride, writable bits, reset, access, cleared by reading, effect, record, view, by pool, by instance
  // The function.
  PF_CTRL_AT,       1,   0, PF_CTRL,       0, -67108865,   0,           READ_WRITE,          0,  RESETS_PORT,   0, UNSEEN, 0, 0,
  PF_STATUS_AT,     1,   0, NOWHERE,       0, 0,           0,           COMPUTED,            0,  TELLS_STATUS,  0, UNSEEN, 0, 0,
  PF_CTRL_EXT_AT,   1,   0, PF_CTRL_EXT,   0, -1,          0,           READ_WRITE,          0,  READIES,       0, UNSEEN, 0, 0,
  PF_SWSM_AT,       1,   0, PF_SWSM,       0, 3,           0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_FWSM_AT,       1,   0, PF_FWSM,       0, 0,           0,           READ_ONLY,           0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_SW_FW_SYNC_AT, 1,   0, PF_SW_FW_SYNC, 0, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  // Interrupts.
  PF_ICR_AT,        1,   0, PF_ICR,        0, -1,          0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_ICS_AT,        1,   0, PF_ICR,        0, -1,          0,           WRITE_ONLY,          0,  INTERRUPTS_PF, 0, UNSEEN, 0, 0,
  PF_IMS_AT,        1,   0, PF_IMS,        0, -1,          0,           WRITE_1_SETS,        0,  INTERRUPTS_PF, 0, UNSEEN, 0, 0,
  PF_IMC_AT,        1,   0, PF_IMS,        0, -1,          0,           WRITE_1_CLEARS,      0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_IAM_AT,        1,   0, PF_IAM,        0, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_GPIE_AT,       1,   0, PF_GPIE,       0, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_EICS_AT,       1,   0, PF_EICR,       0, 0x01ffffff,  0,           WRITE_ONLY,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_EIMS_AT,       1,   0, PF_EIMS,       0, 0x01ffffff,  0,           WRITE_1_SETS,        0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_EIMC_AT,       1,   0, PF_EIMS,       0, 0x01ffffff,  0,           WRITE_1_CLEARS,      0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_EIAC_AT,       1,   0, PF_EIAC,       0, 0x01ffffff,  0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_EIAM_AT,       1,   0, PF_EIAM,       0, 0x01ffffff,  0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_EICR_AT,       1,   0, PF_EICR,       0, 0x01ffffff,  0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_EITR_AT,       25,  4, PF_EITR,       4, 0x1ffffc,    0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_IVAR_AT,       8,   4, PF_IVAR,       4, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_IVAR_MISC_AT,  1,   0, PF_IVAR_MISC,  0, 0xffff,      0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  // Mailbox and resets of the virtual functions.
  PF_P2VMAILBOX_AT, 8,   4, NOWHERE,       0, 0,           0,           COMPUTED,            0,  MAILS_VF,      0, UNSEEN, 0, 0,
  PF_MBVFICR_AT,    1,   0, PF_MBVFICR,    0, 0xff00ff,    0,           READ_WRITE_1_CLEARS, 0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_MBVFIMR_AT,    1,   0, PF_MBVFIMR,    0, 0xff,        0xff,        READ_WRITE,          0,  INTERRUPTS_PF, 0, UNSEEN, 0, 0,
  PF_VFLRE_AT,      1,   0, PF_VFLRE,      0, 0xff,        0,           READ_WRITE_1_CLEARS, 0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_VFRE_AT,       1,   0, PF_VFRE,       0, 0xff,        0xff,        READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_VFTE_AT,       1,   0, PF_VFTE,       0, 0xff,        0xff,        READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  // Receiving and sending.
  PF_RCTL_AT,       1,   0, PF_RCTL,       0, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_TCTL_AT,       1,   0, PF_TCTL,       0, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RXCSUM_AT,     1,   0, PF_RXCSUM,     0, 0x3fff,      0x300,       READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RLPML_AT,      1,   0, PF_RLPML,      0, 0x3fff,      0x2600,      READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RFCTL_AT,      1,   0, PF_RFCTL,      0, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_MRQC_AT,       1,   0, PF_MRQC,       0, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_VT_CTL_AT,     1,   0, PF_VT_CTL,     0, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_DTXSWC_AT,     1,   0, PF_DTXSWC,     0, -2130706433, 0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_LVMMC_AT,      1,   0, PF_LVMMC,      0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_WVBR_AT,       1,   0, PF_WVBR,       0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_RPLOLR_AT,     1,   0, PF_RPLOLR,     0, -1073741824, -2147483648, READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_VMOLR_AT,      8,   4, PF_VMOLR,      4, -1,          -2147473920, READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_VMVIR_AT,      8,   4, PF_VMVIR,      4, -1073676289, 0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_VLVF_AT,       32,  4, PF_VLVF,       4, -2145386497, 0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RAL_AT,        16,  8, PF_RA,         8, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RAH_AT,        16,  8, PF_RA + 4,     8, -2080571393, 0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RAL2_AT,       8,   8, PF_RA + 128,   8, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RAH2_AT,       8,   8, PF_RA + 132,   8, -2080571393, 0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_MTA_AT,        128, 4, PF_MTA,        4, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_UTA_AT,        128, 4, PF_UTA,        4, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_VFTA_AT,       128, 4, PF_VFTA,       4, -1,          0,           READ_WRITE,          0,  CONFIGURES,    0, UNSEEN, 0, 0,
  PF_RETA_AT,       32,  4, PF_RETA,       4, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_RSSRK_AT,      10,  4, PF_RSSRK,      4, -1,          0,           READ_WRITE,          0,  NOTHING,       0, UNSEEN, 0, 0,
  // Statistics: a read clears; the two halves of a long one are cleared with its upper half.
  PF_MPC_AT,        1,   0, PF_MPC,        0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_GPRC_AT,       1,   0, PF_GPRC,       0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_BPRC_AT,       1,   0, PF_BPRC,       0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_MPRC_AT,       1,   0, PF_MPRC,       0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_GPTC_AT,       1,   0, PF_GPTC,       0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
  PF_GORCL_AT,      1,   0, PF_GORC,       0, 0,           0,           READ_ONLY,           0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_GORCH_AT,      1,   0, PF_GORC + 4,   0, 0,           0,           READ_CLEARS,         -1, CLEARS_LOW,    0, UNSEEN, 0, 0,
  PF_GOTCL_AT,      1,   0, PF_GOTC,       0, 0,           0,           READ_ONLY,           0,  NOTHING,       0, UNSEEN, 0, 0,
  PF_GOTCH_AT,      1,   0, PF_GOTC + 4,   0, 0,           0,           READ_CLEARS,         -1, CLEARS_LOW,    0, UNSEEN, 0, 0,
  PF_ROC_AT,        1,   0, PF_ROC,        0, 0,           0,           READ_CLEARS,         -1, NOTHING,       0, UNSEEN, 0, 0,
];
export const PF_ROW_COUNT: u32 = 60;
