/** Errors that a socket call of the client sees; the names are those of errno(3). */
export type Errno =
  | 'EACCES'
  | 'EADDRNOTAVAIL'
  | 'ECONNREFUSED'
  | 'EDESTADDRREQ'
  | 'EHOSTUNREACH'
  | 'EINVAL'
  | 'EMSGSIZE'
  | 'ENETUNREACH'
  | 'ENODEV'
  /** "Required key not available": WireGuard has no peer for it. */
  | 'ENOKEY'
  | 'ENOPROTOOPT'
  | 'EPERM'
  | 'EPROTO'
  | 'ETIMEDOUT';
