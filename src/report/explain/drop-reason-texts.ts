import type { DropReason } from '../../linux/drop-reason.ts';
import type { DropReasonText } from './drop-reason-text.ts';
import { IP_DROP_REASONS } from './drop-reasons-ip.ts';
import { OTHER_DROP_REASONS } from './drop-reasons-other.ts';
import { SOCKET_DROP_REASONS } from './drop-reasons-socket.ts';

/** The words for every drop reason; the compiler checks that none is missing. */
export const DROP_REASON_TEXTS: Readonly<Record<DropReason, DropReasonText>> = {
  ...IP_DROP_REASONS,
  ...SOCKET_DROP_REASONS,
  ...OTHER_DROP_REASONS,
};
