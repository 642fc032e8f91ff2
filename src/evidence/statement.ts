import type { Address } from '../packet/address.ts';
import type { SourceRef } from '../packet/source-ref.ts';

/** A fact that evidence text states in words or in quoted commands. */
export type Statement =
  /** A LOG rule that was inserted: ties a prefix to table and chain. */
  | {
      readonly kind: 'log-rule';
      readonly table: string;
      readonly chain: string;
      readonly destination: Address | null;
      readonly prefix: string;
      readonly insert: boolean;
      readonly source: SourceRef;
    }
  /** Tables were flushed by hand. */
  | { readonly kind: 'flush'; readonly table: string; readonly source: SourceRef }
  /** A daemon was restarted, which may have written its rules again. */
  | { readonly kind: 'restart'; readonly unit: string; readonly source: SourceRef }
  /** `listening on DEV, link-type ...`. */
  | {
      readonly kind: 'capture-start';
      readonly device: string;
      readonly linkType: string;
      readonly source: SourceRef;
    }
  /** `N packets dropped by kernel`: what is absent may have been lost. */
  | { readonly kind: 'capture-loss'; readonly dropped: number; readonly source: SourceRef }
  /** An address with its device, prefix or role, as a sentence or heading gives it. */
  | {
      readonly kind: 'address';
      readonly device: string | null;
      readonly address: Address;
      readonly prefixLength: number | null;
      readonly port: number | null;
      readonly role: 'service' | 'endpoint' | 'device' | 'unknown';
      /** `confirmed`: packets show the same; `stated`: only the text says so. */
      readonly confidence: 'stated' | 'confirmed';
      readonly source: SourceRef;
    }
  /** A client command that was run, e.g. curl, with its bound interface and result if shown. */
  | {
      readonly kind: 'client-command';
      readonly argv: readonly string[];
      readonly to: { readonly host: string; readonly port: number | null };
      readonly boundTo: string | null;
      readonly result:
        | 'answered'
        | 'interrupted'
        | 'timeout'
        | 'refused'
        | 'unreachable'
        | 'unknown';
      readonly source: SourceRef;
    };
