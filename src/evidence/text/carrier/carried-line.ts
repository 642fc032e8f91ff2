import type { TextLine } from '../line-reader.ts';
import type { LogFraming } from '../log/log-framing.ts';

/** Gives the readers a line that stood inside a record: a journal's entry, a container's log. */
export type CarriedLine = (text: string, carrier: LogFraming, at: TextLine) => boolean;
